// What stands above a timeline: which lanes it has, its buttons, and what the colours mean.

import { button, choiceOf, div, element, fill, keyEntry, on, span } from "../../dom/elements";
import type { Grouping } from "../../model/lanes";
import { OPERATIONS } from "../../model/schema";
import type { Colours } from "../../theme";
import type { Actions } from "./actions";
import { say, sayState } from "../../model/words";

export class Controls {
  readonly root = div("tff-controls");
  private readonly legend = span("tff-keys");

  constructor(actions: Actions, group: (grouping: Grouping) => void) {
    const groupings: [text: string, grouping: Grouping][] = [
      [say("threads"), "thread"],
      [say("executors"), "executor"],
      [say("clients"), "client"],
    ];
    const lanes = choiceOf(groupings);
    on(lanes, "change", () => group(groupings[lanes.selectedIndex]?.[1] ?? "thread"));
    const buttons = span(
      "tff-buttons",
      button("−", say("zoom out"), () => actions.zoomOut()),
      button("+", say("zoom in"), () => actions.zoomIn()),
      button(say("all"), say("whole trace"), () => actions.showAll()),
      button(say("brush"), say("brush told"), () => actions.brushShown()),
    );
    this.root.append(element("label", "", say("lanes"), " ", lanes), buttons, this.legend);
  }

  paintLegend(colours: Colours, isFinished: boolean, words: Readonly<Record<string, string>>): void {
    const entries = OPERATIONS.map((name, k) => keyEntry(name, colours.operations[k] ?? "", words[name]));
    fill(this.legend, isFinished ? entries : [...entries, keyEntry(sayState("running"), colours.running)]);
  }
}
