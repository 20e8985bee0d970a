// How a tile is read: each of its marks beside what it stands for.

import { span } from "../dom/elements";
import { written } from "../model/measures";
import { NUMBER_SIZE, PICTURE_SIZE } from "../model/tile_places";
import { say } from "../model/words";
import type { Colours } from "../theme";
import { shape } from "./graph/shapes";
import type { Scales } from "./tile_painter";

/** Returns the key of tiles of a size that draw a measure. */
export function tileKey({ measure, numbers }: Scales, size: number, colours: Colours): HTMLElement[] {
  const { cells, history, distances, examples } = measure;
  const what = say(measure.is_norm ? "norm" : "value");
  const heat = picture(6, ...colours.heat.map((fill, x) => shape("rect", { x, y: 0, width: 0.9, height: 1, fill })));
  const [least, most] = numbers.map(written);
  if (size < PICTURE_SIZE) return [span("tff-key", `${what} ${least ?? ""}`, heat, most)];
  const stroke = { stroke: colours.orange, "stroke-width": 0.14, fill: "none" };
  const line = shape("path", { d: "M0.1,0.9 1,0.5 1.9,0.2", ...stroke });
  const base = shape("path", { d: "M0,0.5H2M0.8,0.1V0.9", ...stroke, stroke: colours.soft });
  const dot = shape("circle", { cx: 1.4, cy: 0.5, r: 0.25, fill: colours.orange });
  const entries: [Node | undefined, string, boolean][] = [
    [undefined, say("key of examples"), examples.length > 0 && size >= NUMBER_SIZE],
    [heat, say("key of cells"), cells.length > 0],
    [picture(2, line), say("key of history", what, history.length + 1), history.length > 0],
    [picture(2, base, dot), say("key of distance"), distances.some((distance) => (distance ?? 0) > 0)],
  ];
  return entries.filter(([, , isThere]) => isThere).map(([drawn, text]) => span("tff-key", drawn, text));
}

function picture(width: number, ...shapes: SVGElement[]): SVGElement {
  const attributes = { viewBox: `0 0 ${width} 1`, "aria-hidden": "true", preserveAspectRatio: "none" };
  return shape("svg", attributes, ...shapes);
}
