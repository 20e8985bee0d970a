// The numbers of a value, small: a matrix as a picture of its rows and columns, a vector as bars; and how they lie.

import type { Colours } from "../theme";
import { div, named } from "../dom/elements";
import { histogramOf, type Span, spanOf, written } from "../model/measures";
import type { DrawnValue } from "../model/messages";
import { say } from "../model/words";
import { heatOf } from "./client_compare";
import { shape } from "./graph/shapes";

const BINS = 16;
/** Of fewer numbers each is seen. */
const FEWEST = 8;

/** Returns the picture, with its scale below, and the histogram; nothing of a value that has no numbers. */
export function valuePicture({ grid: [rows = 0, columns = 0], cells }: DrawnValue, colours: Colours): HTMLElement[] {
  if (rows * columns < 2) return [];
  const scale = spanOf(cells);
  const [least, most] = rows > 1 ? scale : spanOf([0, ...scale]);
  const height = (cell: number) => (cell - least) / (most - least || 1);
  const shapes = cells.map((cell, k) => {
    const box = { x: k % columns, y: Math.floor(k / columns), width: 0.94, height: 0.94, fill: colours.red };
    if (cell === null) return shape("rect", box);
    if (rows > 1) return shape("rect", { ...box, fill: heatOf(cell, scale, colours.heat) });
    const [low, high] = [height(Math.min(cell, 0)), height(Math.max(cell, 0))];
    return shape("rect", { ...box, y: 1 - high, height: Math.max(high - low, 0.02), fill: colours.accent });
  });
  const told = scale.map(written).join(" … ");
  const picture = shape("svg", { viewBox: `0 0 ${columns} ${rows}` }, ...shapes);
  if (rows === 1) picture.setAttribute("preserveAspectRatio", "none");
  const pictures = [div("", named(picture, "img", say("its numbers", told)), told)];
  if (cells.length >= FEWEST) pictures.push(histogramIn(cells, scale, colours));
  return pictures;
}

/** How many of the numbers are in each part of their scale. */
function histogramIn(cells: readonly (number | null)[], scale: Span, colours: Colours): HTMLElement {
  const counts = histogramOf(cells, scale, BINS);
  const most = Math.max(...counts);
  const bars = counts.map((count, k) => {
    const height = count / most || 0;
    return shape("rect", { x: k, y: 1 - height, width: 0.94, height, fill: colours.accent });
  });
  const picture = shape(
    "svg",
    { viewBox: `0 0 ${BINS} 1`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...bars,
  );
  return div("", picture, say("how often"));
}
