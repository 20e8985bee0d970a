// The sentence on top of a view: what a teacher would say about the run, and beside it the result.

import { element } from "./dom/elements";
import type { TraceStore } from "./model/store";

export class SentenceLine {
  readonly root = element("p", "tff-sentence");
  private shown = "";

  constructor(private readonly store: TraceStore) {
    this.root.hidden = true;
  }

  draw(): void {
    const { program } = this.store.legend;
    this.root.hidden = program === null || program.sentence.length === 0;
    const sentence = program?.sentence ?? [];
    const state = JSON.stringify(sentence);
    if (state === this.shown) return;
    this.shown = state;
    this.root.replaceChildren(...sentence.map(([text, kind]) => element("span", kind, text)));
  }
}
