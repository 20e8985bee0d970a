// The way from the whole run to what is selected: each part ends by a click.

import { button, element, fill, set, span } from "./dom/elements";
import { nameOf } from "./model/names";
import type { TraceStore } from "./model/store";
import { say } from "./model/words";

export class Path {
  readonly root = element("nav", "tff-path");

  constructor(private readonly store: TraceStore) {
    set(this.root, "aria-label", say("look at"));
  }

  draw(): void {
    const { selection } = this.store;
    const whole = button(say("whole"), say("select nothing"), () => selection.clear());
    whole.disabled = selection.parts.length === 0;
    const parts = selection.parts.flatMap((part) => {
      const name = nameOf(part, this.store);
      const pill = button("", say("no longer", name), () => selection.drop(part.kind));
      pill.className = "pill";
      pill.append(span("", name));
      pill.dataset.kind = part.kind;
      return [span("soft", "›"), pill];
    });
    fill(this.root, [span("soft", say("look at")), whole, ...parts]);
  }
}
