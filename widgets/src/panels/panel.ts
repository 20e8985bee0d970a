// What all panels are: a titled part of the page that draws the store when it is told to.

import { type Closable, Opened } from "../dom/opened";
import type { TraceStore } from "../model/store";

export abstract class Panel implements Closable {
  readonly root = document.createElement("section");
  /** What ends with the panel. Listeners on its own elements end with these. */
  protected readonly opened = new Opened();

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

  close(): void {
    this.opened.close();
    this.root.remove();
  }
}
