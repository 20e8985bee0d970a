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

/** The path of a curve, and its tip: where it is and where it points, in degrees. */
interface Curve {
  path: string;
  x: number;
  y: number;
  angle: number;
}

/** An edge as it is drawn. */
export interface Route extends Curve {
  kind: GraphEdge["kind"];
}

export interface Places {
  /** By span. */
  calls: Map<number, Place>;
  /** Of the edges between calls that are shown. */
  routes: Route[];
  width: number;
  height: number;
}

export function place(calls: PlacedCall[], edges: GraphEdge[]): Places {
  const columns = columnsOf(calls);
  const found = new Map<number, Place>();
  for (const { span, column, row, width } of calls) {
    const { left, right } = columns[column] ?? NOWHERE;
    found.set(span, { x: (left + right) / 2, y: height(row), width });
  }
  const columnOf = new Map(calls.map((call) => [call.span, call.column]));
  const routes = edges.flatMap((edge) => {
    const [source, target] = [found.get(edge.source), found.get(edge.target)];
    const [from, to] = [columnOf.get(edge.source), columnOf.get(edge.target)];
    if (source === undefined || target === undefined || from === undefined || to === undefined) return [];
    const route = to > from ? forward(source, target, edge.passed, columns.slice(from)) : back(source, target);
    return [{ ...route, kind: edge.kind }];
  });
  const lowest = Math.max(...calls.map((call) => height(call.row)));
  const { right } = columns.at(-1) ?? NOWHERE;
  return { calls: found, routes, width: right + MARGIN, height: lowest + HEIGHT / 2 + MARGIN };
}

interface Column {
  left: number;
  right: number;
}

const NOWHERE: Column = { left: 0, right: 0 };

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

/** From the right of a call, in the first of the columns, to the left of another, level where it passes one. */
function forward(source: Place, target: Place, passed: number[], columns: Column[]): Curve {
  let path = `M${source.x + source.width / 2},${source.y}`;
  let [x, y] = [columns[0]?.right ?? 0, source.y];
  for (const [k, nextY] of [...passed.map(height), target.y].entries()) {
    const { left, right } = columns[k + 1] ?? NOWHERE;
    const middle = (x + left) / 2;
    path += `H${x}C${middle},${y} ${middle},${nextY} ${left},${nextY}`;
    [x, y] = [right, nextY];
  }
  const tip = target.x - target.width / 2;
  return { path: `${path}H${tip}`, x: tip, y, angle: 0 };
}

/** To the same call, or to one that stands before: over the top. */
function back(source: Place, target: Place): Curve {
  const aside = source === target ? 12 : 0;
  const [start, end] = [source.x + aside, target.x - aside];
  const [startY, endY] = [source.y - HEIGHT / 2, target.y - HEIGHT / 2];
  const top = Math.min(startY, endY) - LIFT * (4 / 3);
  return { path: `M${start},${startY}C${start},${top} ${end},${top} ${end},${endY}`, x: end, y: endY, angle: 90 };
}
