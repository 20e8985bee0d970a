// What crossed between server and clients, and what the server could see of it.

import type { TraceStore } from "../model/store";
import { count, dataSize } from "../model/units";
import { element, Panel } from "./panel";

const SEEN: Record<string, string> = {
  individual: "the server sees each value",
  aggregate: "the server sees the aggregate only",
};

export class TrafficPanel extends Panel {
  private readonly list = element("div", "tff-scroll");

  constructor(store: TraceStore) {
    super("traffic", "Traffic", store);
    this.root.append(this.list);
  }

  describe(): string {
    return `${this.store.traffic.length} kinds of crossings`;
  }

  draw(): void {
    const { traffic } = this.store;
    this.list.replaceChildren();
    if (traffic.length === 0) {
      this.list.append(element("div", "tff-empty", "Nothing has crossed between server and clients yet."));
      return;
    }
    const most = Math.max(...traffic.map((row) => row.size), 1);
    for (const row of traffic) {
      const line = element("div", "tff-row");
      const name = element("span", "name", row.intrinsic || row.direction);
      const detail = [row.intrinsic ? row.direction : "", SEEN[row.visibility] ?? ""].filter(Boolean).join(", ");
      name.append(element("span", "soft", detail ? `  ${detail}` : ""));
      line.title = `${row.intrinsic || "argument or result"}: ${row.direction}. ${SEEN[row.visibility] ?? ""}`;
      const track = element("div", "track");
      const fill = element("div", "fill");
      fill.style.width = `${(100 * row.size) / most}%`;
      track.append(fill);
      line.append(
        name,
        element("span", "number", count(row.values)),
        element("span", "number", dataSize(row.size)),
        track,
      );
      this.list.append(line);
    }
  }
}
