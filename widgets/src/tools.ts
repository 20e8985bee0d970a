// What one can do with all panels at once: find, fit the selection, read the keys, fill the screen.

import { button, div, element, set } from "./dom/elements";
import { look } from "./look";
import { Palette } from "./palette";
import type { TraceStore } from "./model/store";
import { say } from "./model/words";

export class Tools {
  readonly root = div("tff-tools");
  readonly palette: Palette;
  private readonly help = document.createElement("dialog");

  /** `view` is what fills the screen; `fit` shows all of what is selected. */
  constructor(
    store: TraceStore,
    private readonly view: HTMLElement,
    private readonly fit: () => void,
  ) {
    this.palette = new Palette(store);
    this.help.className = "tff-help";
    set(this.help, "aria-label", say("Keys"));
    const full = button(say("full"), say("full told"), () => this.fillScreen());
    full.hidden = !document.fullscreenEnabled;
    this.root.append(
      this.palette.root,
      button(say("fit"), say("fit told"), fit),
      button("?", say("Keys"), () => this.showKeys()),
      full,
      this.help,
    );
  }

  /** Does what a key means; returns whether it means something here. */
  press({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (key === "/") return this.palette.focus(target);
    const isWritten = target instanceof Element && target.matches("input, select, textarea");
    if (isWritten || ctrlKey || metaKey || altKey) return false;
    if (key === "f") this.fit();
    else if (key === "?") this.showKeys();
    else return false;
    return true;
  }

  private showKeys(): void {
    const list = element(
      "dl",
      "",
      ...Object.entries(look().keys).flatMap(([keys, meaning]) => [
        element("dt", "", keys),
        element("dd", "", meaning),
      ]),
    );
    this.help.replaceChildren(
      list,
      button(say("close"), "", () => this.help.close()),
    );
    if (!this.help.open) this.help.showModal();
  }

  private fillScreen(): void {
    const isFull = document.fullscreenElement === this.view;
    // Whoever shows the page in a frame may not allow it.
    void (isFull ? document.exitFullscreen() : this.view.requestFullscreen()).catch(() => {});
  }
}
