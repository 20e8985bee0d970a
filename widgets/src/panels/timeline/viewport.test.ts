import assert from "node:assert/strict";
import { test } from "node:test";
import { AXIS, Viewport } from "./viewport";

function viewport({ width = 1000, height = 200, rows = 4, end = 100 } = {}): Viewport {
  const made = new Viewport(() => [0, end]);
  made.fit(width, height, rows);
  return made;
}

test("all of time fills the width beside the titles, and a place is a moment", () => {
  const view = viewport();
  assert.ok(view.left > 0);
  assert.deepEqual([view.x(0), view.x(100)], [view.left, 1000]);
  for (const time of [0, 12.5, 99]) assert.ok(Math.abs(view.timeAt(view.x(time)) - time) < 1e-9);
});

test("where there is little room, the bars begin at the edge", () => {
  assert.equal(viewport({ width: 400 }).left, 0);
});

test("while a trace grows all of it is seen, until somebody chooses a part", () => {
  let end = 10;
  const view = new Viewport(() => [0, end]);
  end = 20;
  assert.deepEqual(view.shown, [0, 20]);
  view.show([5, 10]);
  end = 40;
  assert.deepEqual([view.shown, view.isWhole], [[5, 10], false]);
  view.showAll();
  assert.deepEqual([view.shown, view.isWhole], [[0, 40], true]);
});

test("rows are as high as there is room, within limits, and a place is a row", () => {
  assert.equal(viewport({ height: AXIS + 80, rows: 4 }).row, 20);
  assert.equal(viewport({ height: 2000, rows: 4 }).row, 26);
  const low = viewport({ height: 100, rows: 50 });
  assert.equal(low.row, 16);
  for (const row of [0, 1, 49]) assert.equal(low.rowAt(low.y(row) + 1), row);
  assert.equal(viewport({ rows: 0 }).rows[1], 0);
});

test("rows scroll until the last one is seen, and not at all if all are", () => {
  const view = viewport({ height: 100, rows: 50 });
  assert.equal(view.scrollTo(1e9), true);
  assert.ok(view.y(50) <= 100);
  assert.deepEqual(view.rows[1], 50);
  assert.equal(view.scrollTo(1e9), false);
  assert.equal(view.scrollTo(-5), true);
  assert.equal(view.scroll, 0);
  assert.equal(viewport({ height: 2000 }).scrollTo(10), false);
});

test("when there are fewer rows, the last of them stay in sight", () => {
  const view = viewport({ height: 100, rows: 50 });
  view.scrollTo(1e9);
  view.fit(1000, 100, 6);
  assert.ok(view.y(6) <= 100);
  assert.equal(view.rows[1], 6);
});

test("only rows that are seen are painted", () => {
  const view = viewport({ height: 100, rows: 50 });
  view.scrollTo(160);
  assert.deepEqual(view.rows, [10, 13]);
});

test("no row is cut at an edge, and it is known how many are out of sight", () => {
  for (const height of [95, 100, 107]) {
    const view = viewport({ height, rows: 50 });
    for (const scroll of [0, 37, 45, 1e9]) {
      view.scrollTo(scroll);
      const [first, end] = view.rows;
      assert.ok(view.y(first) >= AXIS && view.y(end) <= height);
      assert.deepEqual(view.hidden, [first, 50 - end]);
    }
  }
  assert.deepEqual(viewport({ height: AXIS + 64, rows: 4 }).hidden, [0, 0]);
});

test("titles have the room that they need, but for a third of the width", () => {
  const leftOf = (titles: number, width = 1000) => {
    const view = new Viewport(() => [0, 1]);
    view.fit(width, 200, 4, titles);
    return view.left;
  };
  assert.ok(leftOf(150) > 150 && leftOf(20) < 40);
  assert.ok(leftOf(900) < 350);
  assert.equal(leftOf(150, 400), 0);
});

test("zooming keeps the moment under the pointer where it is", () => {
  const view = viewport();
  view.show([20, 60]);
  const moment = view.timeAt(view.left + 0.25 * (1000 - view.left));
  view.zoom(0.5, 0.25);
  assert.deepEqual(view.shown, [25, 45]);
  assert.equal(moment, 30);
  assert.ok(Math.abs(view.timeAt(view.left + 0.25 * (1000 - view.left)) - moment) < 1e-9);
});

test("a view stays inside the trace, and is never longer than it or too short to be drawn", () => {
  const view = viewport();
  view.show([-50, -30]);
  assert.deepEqual(view.shown, [0, 20]);
  view.show([95, 115]);
  assert.deepEqual(view.shown, [80, 100]);
  view.show([-1, 400]);
  assert.deepEqual(view.shown, [0, 100]);
  view.show([50, 50]);
  assert.ok(view.shown[1] > view.shown[0]);
});

test("panning moves by a share of what is seen, and stops at the ends", () => {
  const view = viewport();
  view.show([20, 60]);
  view.pan(0.25);
  assert.deepEqual(view.shown, [30, 70]);
  view.pan(-2);
  assert.deepEqual(view.shown, [0, 40]);
});
