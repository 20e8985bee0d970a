// Where the calls of a graph stand, in pixels. The kernel says the column and the row of each, and in which
// rows an edge passes the columns between; how wide a column is depends on what is written in it.

import type { GraphEdge } from "./messages";

export const HEIGHT = 40;
const ROW = 52;
const GAP = 34;
const MARGIN = 10;
const LIFT = 9;

export interface PlacedCall {
  span: number;
  column: number;
  row: number;
  width: number;
}

/** The middle of a call. */
export interface Place {
  x: number;
  y: number;
  width: number;
}

/** An edge as the path of a curve, and its tip: where it is and where it points, in degrees. */
export interface Route {
  path: string;
  x: number;
  y: number;
  angle: number;
}

export interface Places {
  calls: Map<number, Place>;
  routes: Route[];
  width: number;
  height: number;
}

export function place(calls: PlacedCall[], edges: GraphEdge[]): Places {
  const columns = columnsOf(calls);
  const last = columns[columns.length - 1];
  const found = new Map<number, Place>();
  for (const { span, column, row, width } of calls) {
    found.set(span, { x: (columns[column].left + columns[column].right) / 2, y: height(row), width });
  }
  const columnOf = new Map(calls.map((call) => [call.span, call.column]));
  const routes = edges.map((edge) => {
    const [source, target] = [found.get(edge.source)!, found.get(edge.target)!];
    const from = columnOf.get(edge.source)!;
    const isForward = columnOf.get(edge.target)! > from;
    return isForward ? forward(source, target, edge.passed, columns, from) : back(source, target);
  });
  const lowest = Math.max(...calls.map((call) => height(call.row)));
  return { calls: found, routes, width: (last?.right ?? 0) + MARGIN, height: lowest + HEIGHT / 2 + MARGIN };
}

interface Column {
  left: number;
  right: number;
}

function columnsOf(calls: PlacedCall[]): Column[] {
  const widths: number[] = [];
  for (const { column, width } of calls) widths[column] = Math.max(widths[column] ?? 0, width);
  let left = MARGIN;
  return Array.from(widths, (width = 0) => {
    const column = { left, right: left + width };
    left = column.right + GAP;
    return column;
  });
}

function height(row: number): number {
  return MARGIN + HEIGHT / 2 + row * ROW;
}

/** From the right of a call to the left of another, level where it passes a column. */
function forward(source: Place, target: Place, passed: number[], columns: Column[], from: number): Route {
  let path = `M${source.x + source.width / 2},${source.y}`;
  let [x, y] = [columns[from].right, source.y];
  for (const [k, nextY] of [...passed.map(height), target.y].entries()) {
    const { left, right } = columns[from + 1 + k];
    const middle = (x + left) / 2;
    path += `H${x}C${middle},${y} ${middle},${nextY} ${left},${nextY}`;
    [x, y] = [right, nextY];
  }
  const tip = target.x - target.width / 2;
  return { path: `${path}H${tip}`, x: tip, y, angle: 0 };
}

/** To the same call, or to one that stands before: over the top. */
function back(source: Place, target: Place): Route {
  const aside = source === target ? 12 : 0;
  const [start, end] = [source.x + aside, target.x - aside];
  const [startY, endY] = [source.y - HEIGHT / 2, target.y - HEIGHT / 2];
  const top = Math.min(startY, endY) - LIFT * (4 / 3);
  return { path: `M${start},${startY}C${start},${top} ${end},${top} ${end},${endY}`, x: end, y: endY, angle: 90 };
}
