// How much crossed, as bars of one scale: one for each reason, a part of it for each call, beside a plain upload.

import type { CrossingBar, Crossings } from "../../model/crossings";
import { goesUp, isSealed } from "../../model/crossings";
import { dataSize } from "../../model/units";
import { button, div, element, set, span } from "../../dom/elements";

/** Puts words into the gaps of a text. */
export function filled(text: string | undefined, parts: Record<string, string>): string {
  return (text ?? "").replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? "");
}

/** Makes the bars; a click on the name of one chooses its AST node. */
export function barsOf(traffic: Crossings, choose: (node: number) => void): HTMLElement {
  const { bars, plain, words } = traffic;
  const made = div("bars");
  set(made, "role", "table");
  set(made, "aria-label", "What crossed between server and clients");
  const most = Math.max(plain, 1, ...bars.map(({ size }) => size));
  const line = (name: HTMLElement, sizes: number[], told: string, looks: string) => {
    const row = div(`tff-crossing ${looks}`);
    set(row, "role", "row");
    set(name, "role", "rowheader");
    const number = div("number", told);
    set(number, "role", "cell");
    row.append(name, trackOf(sizes, most), number);
    return row;
  };
  if (plain > 0) made.append(line(named(words.plain ?? "", ""), [plain], dataSize(plain), "caller"));
  for (const bar of bars) {
    const share = goesUp(bar) && plain > 0 ? ` · ${filled(words.ratio, { ratio: shareOf(bar, plain) })}` : "";
    const name = bar.node < 0 ? named(bar.name, bar.detail) : named("", bar.detail);
    if (bar.node >= 0) name.prepend(button(bar.name, "", () => choose(bar.node)));
    const looks = isSealed(bar) ? "sealed" : bar.visibility || "down";
    made.append(line(name, bar.sizes, dataSize(bar.size) + share, looks));
  }
  return made;
}

function shareOf({ size }: CrossingBar, plain: number): string {
  return String(Number((size / plain).toPrecision(2)));
}

function named(name: string, detail: string): HTMLElement {
  const made = div("name");
  if (name) made.append(element("strong", "", name));
  if (detail) made.append(span("soft", detail));
  return made;
}

function trackOf(sizes: number[], most: number): HTMLElement {
  const track = div("track");
  set(track, "aria-hidden", "true");
  for (const size of sizes) {
    const fill = div("fill");
    fill.style.width = `${(100 * size) / most}%`;
    track.append(fill);
  }
  return track;
}
