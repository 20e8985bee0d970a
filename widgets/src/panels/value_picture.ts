// The numbers of a value, small: a matrix as a picture of its rows and columns, a vector as bars.

import type { Colours } from "../theme";
import { named } from "../dom/elements";
import { spanOf, written } from "../model/measures";
import type { DrawnValue } from "../model/messages";
import { say } from "../model/words";
import { heatOf } from "./client_compare";
import { shape } from "./graph/shapes";

/** Returns the picture, with its scale below; nothing of a value that has no numbers. */
export function valuePicture({ grid: [rows = 0, columns = 0], cells }: DrawnValue, colours: Colours): Node[] {
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
  return [named(picture, "img", say("its numbers", told)), document.createTextNode(told)];
}
