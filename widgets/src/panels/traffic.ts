// What crossed between server and clients, and what the server could see of it.

import type { TrafficRow } from "../model/messages";
import type { TraceStore } from "../model/store";
import { dataSize } from "../model/units";
import { element } from "../dom/elements";
import { Panel } from "./panel";

export class TrafficPanel extends Panel {
  private readonly list = element("div", "tff-scroll");
  private shown: TrafficRow[] | null = null;

  constructor(store: TraceStore) {
    super("traffic", store);
    this.list.tabIndex = 0;
    this.list.setAttribute("role", "table");
    this.list.setAttribute("aria-label", "What crossed between server and clients");
    this.root.append(this.list);
  }

  describe(): string {
    return `${this.store.legend.traffic.length} kinds of crossings`;
  }

  draw(): void {
    const { traffic } = this.store.legend;
    this.root.dataset.summary = this.describe();
    if (traffic === this.shown) return;
    this.shown = traffic;
    if (traffic.length === 0) {
      this.list.replaceChildren(element("div", "tff-empty", "Nothing has crossed between server and clients yet."));
      return;
    }
    const most = Math.max(...traffic.map((row) => row.size), 1);
    this.list.replaceChildren(...traffic.map((row) => line(row, most)));
  }
}

function line(row: TrafficRow, most: number): HTMLElement {
  const made = element("div", "tff-crossing");
  made.setAttribute("role", "row");
  made.dataset.visibility = row.visibility || "down";
  const name = element("div", "name");
  name.setAttribute("role", "rowheader");
  name.append(element("strong", "", row.name), element("span", "soft", row.detail));
  const size = element("div", "number", dataSize(row.size));
  size.setAttribute("role", "cell");
  const track = element("div", "track");
  track.setAttribute("aria-hidden", "true");
  const fill = element("div", "fill");
  fill.style.width = `${(100 * row.size) / most}%`;
  track.append(fill);
  made.append(name, size, track);
  return made;
}
