import assert from "node:assert/strict";
import { test } from "node:test";
import { HEIGHT, place, type Place, type Places } from "./graph_places";

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
  for (const [, letter, numbers = ""] of path.matchAll(/([MHC])([-\d., ]+)/g)) {
    const values = numbers.split(/[ ,]/).map(Number);
    const [x, y] = [values.at(letter === "H" ? 0 : -2), letter === "H" ? found.at(-1)?.[1] : values.at(-1)];
    assert.ok(x !== undefined && y !== undefined, path);
    found.push([x, y]);
  }
  return found;
}

/** Where a call stands; a test that asks for one that is not there fails. */
function placeOf({ calls }: Places, span: number): Place {
  const found = calls.get(span);
  assert.ok(found, `no call ${span}`);
  return found;
}

test("a column is as wide as its widest call, and columns do not touch", () => {
  const places = place([call(1, 0, 0, 70), call(2, 0, 1, 150), call(3, 1, 0, 90)], []);
  const [narrow, wide, next] = [placeOf(places, 1), placeOf(places, 2), placeOf(places, 3)];
  assert.equal(narrow.x, wide.x);
  assert.ok(next.x - next.width / 2 - (wide.x + wide.width / 2) >= 20);
  assert.ok(places.width > next.x + next.width / 2);
});

test("rows do not touch, and a row between rows stands between them", () => {
  const places = place([call(1, 0, 0), call(2, 0, 1), call(3, 1, 0.5)], []);
  const [first, second, between] = [placeOf(places, 1).y, placeOf(places, 2).y, placeOf(places, 3).y];
  assert.ok(second - first > HEIGHT);
  assert.equal(between, (first + second) / 2);
  assert.ok(places.height >= second + HEIGHT / 2);
});

test("an edge goes from the right of a call to the left of the next, and its arrow stands there", () => {
  const places = place([call(1, 0, 0, 60), call(2, 0, 1, 120), call(3, 1, 1, 80)], [flow(1, 3)]);
  const [source, target] = [placeOf(places, 1), placeOf(places, 3)];
  const [route] = places.routes;
  assert.ok(route);
  const points = corners(route.path);
  assert.deepEqual(points[0], [source.x + 30, source.y]);
  assert.deepEqual(points[points.length - 1], [target.x - 40, target.y]);
  assert.deepEqual([route.x, route.y, route.angle, route.kind], [target.x - 40, target.y, 0, "flow"]);
});

test("an edge over columns passes each level, in the row that it was told", () => {
  const shown = [call(1, 0, 0), call(2, 1, 0, 200), call(3, 2, 0), call(4, 1, 2)];
  const places = place(shown, [flow(1, 3, [1])]);
  const over = placeOf(places, 2);
  const level = (over.y + placeOf(places, 4).y) / 2;
  const passing = corners(places.routes[0]?.path ?? "").filter(([, y]) => y === level);
  assert.deepEqual(
    passing.map(([x]) => x),
    [over.x - 100, over.x + 100],
  );
});

test("an edge to the call itself, or back, goes over the top and stays in the picture", () => {
  const shown = [call(1, 0, 0), call(2, 1, 0)];
  const places = place(shown, [
    { source: 1, target: 1, kind: "carry", passed: [] },
    { source: 2, target: 1, kind: "carry", passed: [] },
  ]);
  for (const { path, y, angle } of places.routes) {
    assert.equal(y, placeOf(places, 1).y - HEIGHT / 2);
    assert.equal(angle, 90);
    const heights = [...path.matchAll(/,(-?[\d.]+)/g)].map(([, text]) => Number(text));
    assert.ok(Math.min(...heights) < y);
  }
  const [own] = places.routes;
  assert.ok(own);
  assert.notEqual(corners(own.path)[0]?.[0], own.x);
});

test("an edge to a call that is not shown is not drawn", () => {
  assert.deepEqual(place([call(1, 0, 0)], [flow(1, 9), flow(9, 1)]).routes, []);
});
