// The sentence on top of a view: what a teacher would say about the run, and beside it the result.

import { button, div, element, span, toggle } from "./dom/elements";
import type { ProgramResult } from "./model/program";
import type { TraceStore } from "./model/store";
import { say } from "./model/words";

/** A result with more letters than this is set smaller. */
const MOST_LARGE = 12;
const MOST_RESULTS = 4;

export class SentenceLine {
  private readonly text = element("p", "tff-sentence");
  private readonly values = div("values");
  private readonly result = div("tff-result", span("", say("result")), this.values);
  readonly root = div("tff-first", this.text, this.result);
  private shown = "";

  constructor(private readonly store: TraceStore) {
    this.root.hidden = true;
  }

  /** Whether it tells what failed. */
  get tellsFailure(): boolean {
    return (
      this.store.failures.first >= 0 &&
      this.store.legend.program?.sentence.some(([, kind]) => kind === "wrong") === true
    );
  }

  draw(): void {
    const { program } = this.store.legend;
    this.root.hidden = program === null || program.sentence.length === 0;
    const sentence = program?.sentence ?? [];
    this.drawResult(program?.results ?? []);
    const state = JSON.stringify([sentence, this.store.failures.first]);
    if (state === this.shown) return;
    this.shown = state;
    this.text.replaceChildren(...this.phrases(sentence));
  }

  /** Shows each result by its name; when a run has ended without one, that there is none. */
  private drawResult(results: ProgramResult[]): void {
    const made = results.filter(({ value }) => value !== "");
    const isNone = made.length === 0 && results.length > 0 && this.store.progress.finished;
    const told = isNone ? [{ name: "", value: say("no result") }] : made;
    const text = told.map(({ name, value }) => `${name} ${value}`.trim()).join("\n");
    this.result.hidden = text === "";
    if (text === this.result.title) return;
    toggle(this.result, "large", text.length <= MOST_LARGE);
    toggle(this.result, "wrong", isNone);
    this.result.title = text;
    this.values.replaceChildren(
      ...told.slice(0, MOST_RESULTS).map(({ name, value }) => div("", span("", name), element("b", "", value))),
      ...(told.length > MOST_RESULTS ? [div("", "…")] : []),
    );
  }

  /** Makes the phrases; the first that tells what went wrong leads to where that was. */
  private phrases(sentence: [string, string][]): HTMLElement[] {
    const { failures, selection } = this.store;
    const first = failures.first < 0 ? -1 : sentence.findIndex(([, kind]) => kind === "wrong");
    return sentence.map(([text, kind], k) => {
      if (k !== first) return span(kind, text);
      const made = button(text, say("arose"), () => selection.select({ kind: "span", span: failures.first }));
      made.className = "wrong tff-error";
      return made;
    });
  }
}
