// The sentence on top of a view: what a teacher would say about the run, and beside it the result.

import { button, element, span } from "./dom/elements";
import type { TraceStore } from "./model/store";
import { say } from "./model/words";

export class SentenceLine {
  readonly root = element("p", "tff-sentence");
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
    const state = JSON.stringify([sentence, this.store.failures.first]);
    if (state === this.shown) return;
    this.shown = state;
    this.root.replaceChildren(...this.phrases(sentence));
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
