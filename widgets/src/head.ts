// The head line of a view: what is shown and how far it is; and below it the first error.

import { button, div, set, span, write } from "./dom/elements";
import type { TraceStore } from "./model/store";
import { count } from "./model/units";
import { say, sayState } from "./model/words";

const MILLISECONDS_UNTIL_SILENT = 3000;

export class Head {
  /** Leads to where the first error arose. */
  readonly error = button("", say("arose"), () => this.showError());
  private readonly title = span("tff-title");
  private readonly status = span("tff-status");
  readonly root = div("tff-head", this.title, this.status);

  /** `level` is that of a heading. */
  constructor(
    private readonly store: TraceStore,
    level: number,
  ) {
    set(this.title, "role", "heading");
    set(this.title, "aria-level", String(level));
    this.error.className = "tff-error-line";
  }

  /** Whether nothing was heard for a while, though more is to come. */
  get isSilent(): boolean {
    return !this.store.progress.finished && this.silence > MILLISECONDS_UNTIL_SILENT;
  }

  /** `isErrorTold` says whether the first error is told elsewhere. */
  draw(isErrorTold: boolean): void {
    const { legend, progress, columns, failures } = this.store;
    write(this.title, legend.title || "tffsim");
    if (progress.state === "waiting") {
      const text = say(this.isSilent ? "no answer" : "for kernel");
      this.status.replaceChildren(span("state waiting", text));
    } else {
      const isEmpty = progress.finished && columns.count === 0;
      const text = isEmpty ? say("nothing recorded") : this.howFar || sayState(progress.state);
      this.status.replaceChildren(span(`state ${progress.state}`, text), this.warnings().join(""));
    }
    const { first } = failures;
    this.error.hidden = first < 0 || isErrorTold;
    if (first >= 0) write(this.error, `${this.store.labelOf(first)}: ${failures.textOf(first)}`);
  }

  /** How far a run had come that was interrupted. */
  private get howFar(): string {
    const { legend, progress } = this.store;
    return progress.state === "cancelled" ? (legend.program?.interrupted ?? "") : "";
  }

  private get silence(): number {
    return performance.now() - this.store.progress.heardAt;
  }

  /** What is not as it should be: not all was kept, or nothing comes. */
  private warnings(): string[] {
    const { progress, legend } = this.store;
    const { left_out: leftOut } = legend;
    return [
      leftOut ? say("longest spans", count(leftOut.total - leftOut.spans), count(leftOut.total)) : "",
      progress.dropped > 0 ? say("dropped", count(progress.dropped)) : "",
      this.isSilent ? say("silent", Math.floor(this.silence / 1000)) : "",
    ].flatMap((warning) => (warning ? [` · ${warning}`] : []));
  }

  private showError(): void {
    const { selection, failures } = this.store;
    selection.select({ kind: "span", span: failures.first });
  }
}
