// How far a trace is, and since when nothing was heard.

import type { Columns } from "./columns";
import type { Legend } from "./legend";
import type { Batch } from "./messages";
import { OUTCOME } from "./schema";
import { duration } from "./units";

export type State = "waiting" | "running" | "failed" | "cancelled" | "done";

const SHORTEST = 1e-3;

export class Progress {
  /** Milliseconds since the trace began. */
  now = 0;
  /** How many spans were too many to be kept. */
  dropped = 0;
  finished = false;
  /** When the last message came, by the clock of `performance.now()`. */
  heardAt = performance.now();
  /** Whether any message came. */
  isHeard = false;

  constructor(
    private readonly columns: Columns,
    private readonly legend: Legend,
  ) {}

  read({ now, dropped, finished }: Pick<Batch, "now" | "dropped" | "finished">): void {
    [this.now, this.dropped, this.finished] = [now, dropped, finished];
  }

  hear(): void {
    this.heardAt = performance.now();
    this.isHeard = true;
  }

  /** From the start of the first computation to the end of the last, or till now, in milliseconds. */
  get extent(): [number, number] {
    const { firstStart, legend, columns } = this;
    const ends = this.finished ? legend.invocations.map(({ span }) => columns.endInAll(span)) : [this.now];
    return [firstStart, Math.max(firstStart + SHORTEST, ...ends)];
  }

  /** How long after the start of the first computation a moment is, in words. */
  sayMoment(moment: number): string {
    return duration(moment - this.firstStart);
  }

  /** When the first computation was called; what was before is the rest of the cell, such as making the computation. */
  get firstStart(): number {
    const first = this.legend.invocations[0]?.span;
    return first !== undefined && this.columns.isKnown(first) ? this.columns.start(first) : 0;
  }

  get state(): State {
    if (!this.isHeard) return "waiting";
    if (!this.finished) return "running";
    const outcomes = this.legend.invocations.map((call) => this.columns.outcomeInAll(call.span));
    if (outcomes.includes(OUTCOME.error)) return "failed";
    return outcomes.includes(OUTCOME.cancelled) || this.legend.program?.interrupted ? "cancelled" : "done";
  }
}
