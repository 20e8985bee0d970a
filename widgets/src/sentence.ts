// The sentence on top of a view: what a teacher would say about the run, and beside it the result.

import { button, div, element, span, toggle, write } from "./dom/elements";
import type { TraceStore } from "./model/store";
import { say } from "./model/words";

/** A result with more letters than this is set smaller. */
const MOST_LARGE = 12;

export class SentenceLine {
  private readonly text = element("p", "tff-sentence");
  private readonly value = element("b");
  private readonly result = div("tff-result", span("", say("result")), this.value);
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
    this.drawResult(program?.results.flatMap(({ name, value }) => (value ? [`${name} ${value}`.trim()] : [])) ?? []);
    const state = JSON.stringify([sentence, this.store.failures.first]);
    if (state === this.shown) return;
    this.shown = state;
    this.text.replaceChildren(...this.phrases(sentence));
  }

  private drawResult(results: string[]): void {
    const text = results.join(", ");
    this.result.hidden = text === "";
    toggle(this.result, "large", text.length <= MOST_LARGE);
    this.result.title = text;
    write(this.value, text);
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
