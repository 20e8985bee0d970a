// The numbers of a value, small: a matrix as a picture of its rows and columns, a vector as bars; and how they lie.

import type { Colours } from "../theme";
import { div, named, set } from "../dom/elements";
import { binsOf, histogramOf, type Span, spanOf, written } from "../model/measures";
import type { DrawnValue } from "../model/messages";
import { say } from "../model/words";
import { heatOf } from "./client_compare";
import { shape } from "./graph/shapes";

const BINS = 16;
/** Of fewer numbers each is seen. */
const FEWEST = 8;
/** A bar is as high as this, so that it is seen. */
const LOWEST_BAR = 0.03;

/** Returns the picture and the histogram, with their scales below; nothing of a value that has no numbers. */
export function valuePicture(value: DrawnValue, colours: Colours): HTMLElement[] {
  const { grid: [rows = 0, columns = 0], cells, is_sampled: isSampled } = value; // prettier-ignore
  if (rows * columns < 2) return [];
  const scale = spanOf(cells);
  const [least, most] = rows > 1 ? scale : spanOf([0, ...scale]);
  const height = (cell: number) => (cell - least) / (most - least || 1);
  const shapes = cells.map((cell, k) => {
    const box = { x: k % columns, y: Math.floor(k / columns), width: 0.94, height: 0.94, fill: colours.red };
    if (cell === null) return shape("rect", box);
    if (rows > 1) return shape("rect", { ...box, fill: heatOf(cell, scale, colours.heat) });
    const [low, high] = [height(Math.min(cell, 0)), height(Math.max(cell, 0))];
    return shape("rect", { ...box, y: 1 - high, height: Math.max(high - low, LOWEST_BAR), fill: colours.accent });
  });
  const range = rangeOf(cells, scale);
  const picture = shape("svg", { viewBox: `0 0 ${columns} ${rows}` }, ...shapes);
  if (rows === 1) set(picture, "preserveAspectRatio", "none");
  const told = div(
    "",
    named(picture, "img", say("its numbers", range)),
    range,
    div("", isSampled ? say("sampled") : ""),
  );
  const isOfOneKind = new Set(cells.map((cell) => cell ?? "")).size === 1;
  return cells.length < FEWEST || isOfOneKind ? [told] : [told, histogramIn(cells, scale, colours)];
}

/** From which number to which they go; of one number, that all are it. */
function rangeOf(cells: readonly (number | null)[], [least, most]: Span): string {
  if (cells.every((cell) => cell === null)) return say("no finite");
  if (least < most) return `${written(least)} … ${written(most)}`;
  return cells.includes(null) ? written(least) : say("all alike", written(least));
}

/** How many of the numbers are in each part of their scale; those that are not finite stand apart, at the right. */
function histogramIn(cells: readonly (number | null)[], scale: Span, colours: Colours): HTMLElement {
  const bins = binsOf(cells, scale, BINS);
  const counts = histogramOf(cells, scale, bins);
  const numWrong = cells.filter((cell) => cell === null).length;
  const most = Math.max(...counts, numWrong);
  const bar = (x: number, count: number, fill: string) => {
    const height = count && Math.max(count / most, LOWEST_BAR);
    return shape("rect", { x, y: 1 - height, width: 0.94, height, fill });
  };
  const bars = counts.map((count, k) => bar(k, count, colours.accent));
  if (numWrong > 0) bars.push(bar(bins + 1, numWrong, colours.red));
  const width = bins + (numWrong > 0 ? 2 : 0);
  bars.push(shape("rect", { x: 0, y: 1, width: bins, height: 0.015, fill: colours.soft }));
  const attributes = { viewBox: `0 0 ${width} 1.015`, preserveAspectRatio: "none" };
  const told = say("how often", most);
  const picture = named(shape("svg", attributes, ...bars), "img", `${rangeOf(cells, scale)}: ${told}`);
  return div("", picture, rangeOf(cells, scale), div("", told));
}
