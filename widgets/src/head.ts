// The head line of a view: what is shown and how far it is; and below it the first error.

import { button, div, set, span, write } from "./dom/elements";
import type { TraceStore } from "./model/store";
import { count, duration } from "./model/units";
import { say, sayState } from "./model/words";

const MILLISECONDS_UNTIL_SILENT = 3000;
/** A result that takes more is no number, and is read in the program. */
const MOST_LETTERS = 32;

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
      this.status.replaceChildren(span(`state ${progress.state}`, text), ` · ${this.facts().join(" · ")}`);
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

  private facts(): string[] {
    const { progress, columns, cohorts } = this.store;
    const { left_out: leftOut, program } = this.store.legend;
    const spans = leftOut
      ? say("longest spans", count(leftOut.total - leftOut.spans), count(leftOut.total))
      : say("n spans", count(columns.count));
    const before = progress.firstStart;
    const facts = [say("time running", duration(progress.lastEnd - before)), spans];
    if (before > 0) facts.unshift(say("building", duration(before)));
    const results = program?.results.map(({ value }) => value).filter(Boolean) ?? [];
    const result = results.join(", ");
    if (result && result.length <= MOST_LETTERS) facts.unshift(say("result is", result));
    if (cohorts.latest.count > 0) facts.push(say("n clients", count(cohorts.latest.count)));
    if (progress.dropped > 0) facts.push(say("dropped", count(progress.dropped)));
    if (this.isSilent) facts.push(say("silent", Math.floor(this.silence / 1000)));
    return facts;
  }

  private showError(): void {
    const { selection, failures } = this.store;
    selection.select({ kind: "span", span: failures.first });
  }
}
