import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";
import { type Lanes, layOut } from "./lanes";

const rowsOf = (lanes: Lanes) => lanes.bars.map((bar) => [bar.span, bar.row]);

const FOUR = [
  { id: 0, thread: 0, start: 0, end: 10 },
  { id: 1, parent: 0, thread: 0, start: 1, end: 5 },
  { id: 2, parent: 0, thread: 0, start: 2, end: 6 },
  { id: 3, parent: 0, thread: 0, start: 7, end: 8 },
];

test("spans lie below the one around them, and side by side when they overlap", () => {
  const lanes = layOut(storeOf(FOUR), "thread");
  assert.deepEqual(lanes.titles, ["main", "", ""]);
  assert.deepEqual(rowsOf(lanes), [
    [0, 0],
    [1, 1],
    [3, 1],
    [2, 2],
  ]);
});

test("a bar is found by its row and a moment, with some tolerance", () => {
  const lanes = layOut(storeOf(FOUR), "thread");
  assert.equal(lanes.at(1, 7.5, 0)?.span, 3);
  assert.equal(lanes.at(1, 6, 0.1), null);
  assert.equal(lanes.at(1, 6.95, 0.1)?.span, 3);
  assert.equal(lanes.at(9, 7.5, 0), null);
  assert.equal(lanes.at(-1, 7.5, 0), null);
});

test("only what is seen of a row is visible, also of the last row", () => {
  const lanes = layOut(storeOf(FOUR), "thread");
  assert.deepEqual(lanes.visible(1, 0, 100), [1, 3]);
  assert.deepEqual(lanes.visible(1, 5.5, 6.5), [2, 2]);
  assert.deepEqual(lanes.visible(2, 3, 4), [3, 4]);
  assert.deepEqual(lanes.visible(3, 0, 100), [4, 4]);
});

test("bars that ended before a moment are passed over", () => {
  const rows = [1, 2, 3, 4].map((n) => ({ id: n, thread: 0, start: n, end: n + 0.5 }));
  const lanes = layOut(storeOf(rows), "thread");
  assert.equal(lanes.firstEndingAfter(0, 4, 0), 0);
  assert.equal(lanes.firstEndingAfter(0, 4, 3), 2);
  assert.equal(lanes.firstEndingAfter(0, 4, 9), 4);
  assert.equal(lanes.firstEndingAfter(4, 4, 0), 4);
});

test("lanes are those of threads, executors or clients; of no client is no lane", () => {
  const rows = [
    { id: 0, thread: 0, start: 0, end: 9 },
    { id: 1, thread: 0, layer: 0, client: 4, start: 1, end: 2 },
    { id: 2, thread: 1, layer: 0, client: 2, start: 3, end: 4 },
  ];
  const store = storeOf(rows);
  assert.deepEqual(layOut(store, "thread").titles, ["main", "", "thread"]);
  assert.deepEqual(layOut(store, "executor").titles, ["execution context", "EagerTF · clients 0-1"]);
  assert.deepEqual(layOut(store, "client").titles, ["client 2", "client 4"]);
});

test("what is under way reaches to now", () => {
  const lanes = layOut(storeOf([{ id: 0, thread: 0, start: 1, end: 2 }], 1, { now: 8 }), "thread");
  assert.equal(lanes.bars[0]?.end, 8);
});

test("spans that did not come have no bar", () => {
  assert.deepEqual(rowsOf(layOut(storeOf([{ id: 4, thread: 0, end: 1 }]), "thread")), [[4, 0]]);
});

test("work is shown where it was waited for, and in the lane of its worker", () => {
  const rows = [
    { id: 0, thread: 0, worker: 3, start: 5, end: 9, queue_time: 1, worker_time: 2 },
    { id: 1, thread: 0, worker: 3, start: 0, end: 4, queue_time: 0.5, worker_time: 3 },
  ];
  const lanes = layOut(storeOf(rows), "thread");
  const work = lanes.bars.filter((bar) => lanes.titles[bar.row] === "thread");
  assert.deepEqual(
    work.map(({ span, start, end }) => [span, start, end]),
    [
      [1, 0.5, 3.5],
      [0, 6, 8],
    ],
  );
  assert.equal(layOut(storeOf(rows), "executor").bars.length, 2);
});
