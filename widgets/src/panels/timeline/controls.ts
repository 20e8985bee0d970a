// What stands above a timeline: which lanes it has, its buttons, and what the colours mean.

import { button, choiceOf, div, element, fill, keyEntry, on, span } from "../../dom/elements";
import type { Grouping } from "../../model/lanes";
import { OPERATIONS } from "../../model/schema";
import type { Colours } from "../../theme";
import type { Actions } from "./actions";

export class Controls {
  readonly root = div("tff-controls");
  private readonly legend = span("tff-keys");

  constructor(actions: Actions, group: (grouping: Grouping) => void) {
    const groupings: [text: string, grouping: Grouping][] = [
      ["threads", "thread"],
      ["executors", "executor"],
      ["clients", "client"],
    ];
    const lanes = choiceOf(groupings);
    on(lanes, "change", () => group(groupings[lanes.selectedIndex]?.[1] ?? "thread"));
    const brush = "Brush what is shown: all panels tell of that time only (key b, or drag on the ruler)";
    const buttons = span(
      "tff-buttons",
      button("−", "Zoom out (key -, or ctrl and wheel)", () => actions.zoomOut()),
      button("+", "Zoom in (key +, or ctrl and wheel)", () => actions.zoomIn()),
      button("all", "Show the whole trace, end the brush (key 0, or double click)", () => actions.showAll()),
      button("brush", brush, () => actions.brushShown()),
    );
    this.root.append(element("label", "", "lanes ", lanes), buttons, this.legend);
  }

  paintLegend(colours: Colours, isFinished: boolean, words: Readonly<Record<string, string>>): void {
    const entries = OPERATIONS.map((name, k) => keyEntry(name, colours.operations[k] ?? "", words[name]));
    fill(this.legend, isFinished ? entries : [...entries, keyEntry("running", colours.running)]);
  }
}
