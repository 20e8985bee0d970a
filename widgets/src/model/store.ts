// All that is known of a trace, kept up to date batch by batch. Panels read it; nothing here draws.

import { Changes } from "./changes";
import { Cohorts } from "./cohorts";
import { Columns } from "./columns";
import { Failures } from "./failures";
import { Hover } from "./hover";
import { labelOf } from "./labels";
import { Legend } from "./legend";
import type { Batch, Heard, Message, Request } from "./messages";
import { Progress } from "./progress";
import { Replay } from "./replay";
import { Requests } from "./requests";
import { Search } from "./search";
import { Selection } from "./selection";
import { StepSums } from "./step_sums";
import { Sums } from "./sums";

type Buffers = readonly (DataView | ArrayBuffer)[];

/** Gives each message to the parts whose subject it is, and tells when something has changed. */
export class TraceStore {
  readonly changes = new Changes();
  readonly columns = new Columns();
  readonly legend = new Legend();
  readonly progress = new Progress(this.columns, this.legend);
  readonly selection = new Selection(this.columns, () => this.changes.tell());
  readonly search = new Search(this.columns, this.legend, () => this.changes.tell());
  readonly cohorts = new Cohorts(this.columns, this.legend, this.selection);
  readonly sums = new Sums(this.columns, this.legend, this.selection, () => this.cohorts.shownCall);
  readonly steps = new StepSums(this.columns, this.legend, this.selection, this.sums);
  readonly failures = new Failures(this.columns);
  readonly hover = new Hover(this.legend, () => this.changes.tell());
  readonly replay = new Replay(this.columns, [this.sums, this.cohorts], this.selection);
  readonly requests: Requests;

  /** `ask` sends a request to the kernel; on a page without one, nothing is answered. */
  constructor(ask: (request: Request) => void = () => {}) {
    this.requests = new Requests(ask, this.columns);
  }

  receive(message: Exclude<Message, Heard>, buffers: Buffers = []): void {
    if (message.kind === "details") this.requests.readDetails(message);
    else if (message.kind === "previews") this.requests.readPreviews(message.previews);
    else this.readBatch(message, buffers);
    this.progress.hear();
    this.changes.tell();
  }

  /** What a span is called: its executor, and whom it works for. */
  labelOf(span: number): string {
    return labelOf(span, this.columns, this.legend);
  }

  private readBatch(batch: Batch, buffers: Buffers): void {
    this.replay.end();
    if (batch.reset) for (const part of [this.columns, this.sums, this.cohorts]) part.clear();
    const { errors, previews, drawn } = batch.description;
    this.progress.read(batch);
    this.legend.read(batch.description);
    if (errors !== undefined) this.failures.read(errors);
    if (previews !== undefined) this.requests.readPreviews(previews);
    if (drawn !== undefined) this.requests.readDrawn(drawn);
    const { ended, open } = this.columns.read(batch, buffers);
    this.cohorts.expectCalls();
    const { left_out: left } = batch.description;
    for (const part of [this.sums, this.cohorts]) {
      part.add(ended);
      if (left !== undefined) part.addLeftOut(left);
      part.setRunning(open);
    }
  }
}
