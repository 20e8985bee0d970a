import assert from "node:assert/strict";
import { test } from "node:test";
import { HEIGHT, place } from "./graph_places";

const call = (span: number, column: number, row: number, width = 80) => ({ span, column, row, width });
const flow = (source: number, target: number, passed: number[] = []) => ({
  source,
  target,
  kind: "flow" as const,
  passed,
});

/** The corners of a path, without the control points of its curves. */
function corners(path: string): [number, number][] {
  const found: [number, number][] = [];
  for (const [, letter, numbers] of path.matchAll(/([MHC])([-\d., ]+)/g)) {
    const values = numbers.split(/[ ,]/).map(Number);
    if (letter === "H") found.push([values[0], found[found.length - 1][1]]);
    else found.push([values[values.length - 2], values[values.length - 1]]);
  }
  return found;
}

test("a column is as wide as its widest call, and columns do not touch", () => {
  const { calls, width } = place([call(1, 0, 0, 70), call(2, 0, 1, 150), call(3, 1, 0, 90)], []);
  const [narrow, wide, next] = [1, 2, 3].map((span) => calls.get(span)!);
  assert.equal(narrow.x, wide.x);
  assert.ok(next.x - next.width / 2 - (wide.x + wide.width / 2) >= 20);
  assert.ok(width > next.x + next.width / 2);
});

test("rows do not touch, and a row between rows stands between them", () => {
  const { calls, height } = place([call(1, 0, 0), call(2, 0, 1), call(3, 1, 0.5)], []);
  const [first, second, between] = [1, 2, 3].map((span) => calls.get(span)!.y);
  assert.ok(second - first > HEIGHT);
  assert.equal(between, (first + second) / 2);
  assert.ok(height >= second + HEIGHT / 2);
});

test("an edge goes from the right of a call to the left of the next, and its arrow stands there", () => {
  const { calls, routes } = place([call(1, 0, 0, 60), call(2, 0, 1, 120), call(3, 1, 1, 80)], [flow(1, 3)]);
  const [source, target] = [calls.get(1)!, calls.get(3)!];
  const points = corners(routes[0].path);
  assert.deepEqual(points[0], [source.x + 30, source.y]);
  assert.deepEqual(points[points.length - 1], [target.x - 40, target.y]);
  assert.deepEqual([routes[0].x, routes[0].y, routes[0].angle], [target.x - 40, target.y, 0]);
});

test("an edge over columns passes each level, in the row that it was told", () => {
  const shown = [call(1, 0, 0), call(2, 1, 0, 200), call(3, 2, 0), call(4, 1, 2)];
  const { calls, routes } = place(shown, [flow(1, 3, [1])]);
  const over = calls.get(2)!;
  const level = (calls.get(2)!.y + calls.get(4)!.y) / 2;
  const passing = corners(routes[0].path).filter(([, y]) => y === level);
  assert.deepEqual(
    passing.map(([x]) => x),
    [over.x - 100, over.x + 100],
  );
});

test("an edge to the call itself, or back, goes over the top and stays in the picture", () => {
  const shown = [call(1, 0, 0), call(2, 1, 0)];
  const { calls, routes } = place(shown, [
    { source: 1, target: 1, kind: "carry", passed: [] },
    { source: 2, target: 1, kind: "carry", passed: [] },
  ]);
  for (const { path, y, angle } of routes) {
    assert.equal(y, calls.get(1)!.y - HEIGHT / 2);
    assert.equal(angle, 90);
    const heights = [...path.matchAll(/,(-?[\d.]+)/g)].map(([, text]) => Number(text));
    assert.ok(Math.min(...heights) < y);
  }
  const [own] = corners(routes[0].path);
  assert.notEqual(own[0], routes[0].x);
});
