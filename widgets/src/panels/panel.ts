// What all panels are: a titled part of the page that draws the store when it is told to.

import type { TraceStore } from "../model/store";

export abstract class Panel {
  readonly root = document.createElement("section");

  constructor(
    readonly name: string,
    readonly title: string,
    protected readonly store: TraceStore,
  ) {
    this.root.className = "tff-panel";
    this.root.dataset.panel = name;
    this.root.setAttribute("aria-label", title);
  }

  /** Draws what the store holds now. */
  abstract draw(): void;

  /** A few words that tell what is shown, for tests and for screen readers. */
  abstract describe(): string;
}
