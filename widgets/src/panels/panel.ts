// What all panels are: a titled part of the page that draws the store when it is told to.

import { set } from "../dom/elements";
import { type Closable, Opened } from "../dom/opened";
import { titleOf } from "../look";
import type { Part } from "../model/selection";
import type { TraceStore } from "../model/store";

export abstract class Panel implements Closable {
  readonly root = document.createElement("section");
  readonly title: string;
  /** What ends with the panel. Listeners on its own elements end with these. */
  protected readonly opened = new Opened();

  /** `name` is one of those in `panels.json`. */
  constructor(
    readonly name: string,
    protected readonly store: TraceStore,
  ) {
    this.title = titleOf(name);
    this.root.className = "tff-panel";
    this.root.dataset.panel = name;
    set(this.root, "aria-label", this.title);
  }

  /** Draws what the store holds now. */
  abstract draw(): void;

  /** A few words that tell what is shown, for tests and for screen readers. */
  abstract describe(): string;

  /** Selects what was clicked; with ctrl inside what is selected. */
  protected pick(part: Part, { ctrlKey, metaKey }: MouseEvent): void {
    if (ctrlKey || metaKey) this.store.selection.narrow(part);
    else this.store.selection.select(part);
  }

  /** Shows all of what is selected, as large as it can be. */
  showSelected(): void {
    this.root.querySelector(".selected")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  close(): void {
    this.opened.close();
    this.root.remove();
  }
}
