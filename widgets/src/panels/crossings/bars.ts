// How much crossed, as bars of one scale: one for each reason, a part of it for each call, beside a plain upload.

import type { Crossings } from "../../model/crossings";
import { goesUp, isSealed } from "../../model/crossings";
import { dataSize } from "../../model/units";
import { button, div, element, named, set, span } from "../../dom/elements";
import { say } from "../../model/words";

/** Makes the bars; a click on the name of one chooses its AST node. */
export function barsOf(traffic: Crossings, choose: (node: number) => void): HTMLElement {
  const { bars, plain } = traffic;
  const made = named(div("bars"), "table", say("what crossed"));
  const most = Math.max(plain, 1, ...bars.map(({ size }) => size));
  const line = (name: HTMLElement, sizes: number[], told: string, looks: string) => {
    const number = div("number", told);
    const row = div(`tff-crossing ${looks}`, name, trackOf(sizes, most), number);
    set(row, "role", "row");
    set(name, "role", "rowheader");
    set(number, "role", "cell");
    return row;
  };
  if (plain > 0)
    made.append(line(div("name", element("strong", "", say("plain"))), [plain], dataSize(plain), "caller"));
  for (const bar of bars) {
    const share = goesUp(bar) && plain > 0 ? ` · ${say("ratio", ratioOf(bar.size, traffic))}` : "";
    const head = bar.node < 0 ? element("strong", "", bar.name) : button(bar.name, "", () => choose(bar.node));
    const name = div("name", head, bar.detail ? span("soft", bar.detail) : "");
    const looks = isSealed(bar) ? "sealed" : bar.visibility || "down";
    made.append(line(name, bar.sizes, dataSize(bar.size) + share, looks));
  }
  return made;
}

/** How many times a plain upload some bytes are. */
export function ratioOf(size: number, { plain }: Crossings): string {
  return String(Number((size / plain).toPrecision(2)));
}

function trackOf(sizes: number[], most: number): HTMLElement {
  const fills = sizes.map((size) => {
    const fill = div("fill");
    fill.style.width = `${(100 * size) / most}%`;
    return fill;
  });
  const track = div("track", ...fills);
  set(track, "aria-hidden", "true");
  return track;
}
