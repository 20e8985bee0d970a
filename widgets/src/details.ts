// The drawer: what is selected, how much of all was done there, and the same in Python. It never moves or grows.

import { copyButton } from "./dom/copy";
import { button, div, element, set, write } from "./dom/elements";
import { type Fact, factsOf } from "./model/facts";
import { nameOf, pythonOf } from "./model/names";
import type { TraceStore } from "./model/store";
import { say } from "./model/words";
import { valuePicture } from "./panels/value_picture";
import { coloursOf } from "./theme";

export class Details {
  readonly root = div("tff-details");
  private readonly title = div("tff-selected");
  private readonly facts = document.createElement("dl");
  private readonly code = element("code");
  private readonly picture = div("tff-drawn");
  private inspected = -1;
  private shown = "";

  constructor(private readonly store: TraceStore) {
    const told = div("soft", say("in Python"));
    const python = div("tff-python", told, this.code, copyButton(say("copy"), this.code));
    set(this.facts, "aria-live", "polite");
    this.facts.tabIndex = 0;
    set(this.facts, "aria-label", say("selected"));
    this.root.append(div("tff-told", this.title, this.facts), this.picture, python);
  }

  draw(): void {
    const { selection, requests } = this.store;
    const { span } = selection.marks;
    if (span !== this.inspected) {
      this.inspected = span;
      if (span >= 0) requests.inspect(span);
    }
    const { last } = selection;
    write(this.title, last === undefined ? say("invitation") : nameOf(last, this.store));
    write(this.code, pythonOf(this.store));
    const facts = factsOf(this.store);
    const drawn = requests.drawnOf(span);
    const colours = coloursOf(this.root);
    const shown = JSON.stringify([facts, drawn, colours.ink]);
    // Nothing is drawn again that is the same: a button keeps its focus.
    if (shown === this.shown) return;
    this.shown = shown;
    this.picture.replaceChildren(...(drawn ? valuePicture(drawn, colours) : []));
    this.facts.replaceChildren(...facts.flatMap((fact) => this.elements(fact)));
  }

  private elements({ name, text, part }: Fact): HTMLElement[] {
    const shown = part ? button(text, nameOf(part, this.store), () => this.store.selection.select(part)) : text;
    return [element("dt", "", name), element("dd", "", shown)];
  }
}
