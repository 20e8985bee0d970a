import assert from "node:assert/strict";
import { test } from "node:test";
import { DESCRIPTION, storeOf } from "../testing/batches";
import { DONE } from "./clients";
import { factsOf } from "./facts";
import type { LeftOut } from "./messages";

const LEFT: LeftOut = {
  spans: 7,
  total: 9,
  executors: [
    [0, 0, 0, 2, 4, 8],
    [1, 0, 0, 1, 3, 6],
  ],
  clients: [[2, 0, 7, 14, 5, 3, 9]],
};
const ROWS = [
  { id: 0, invocation: 0, start: 0, end: 10 },
  { id: 8, parent: 0, invocation: 0, layer: 0, node: 0, client: 1, start: 1, end: 3, self_time: 2 },
];
const store = () => storeOf(ROWS, 0, { finished: true, description: { ...DESCRIPTION, left_out: LEFT } });

test("what a page left out counts for executors, AST nodes and clients", () => {
  const { sums, cohorts } = store();
  assert.deepEqual(sums.layers.of(0), { calls: 5, time: 10, running: 0 });
  assert.deepEqual(sums.functions.of(0), { calls: 4, time: 8, running: 0 });
  assert.deepEqual(sums.nodes.of(0), { calls: 8, time: 16, running: 0 });
  assert.deepEqual(sums.done.calls, 9);
  const { latest } = cohorts;
  assert.deepEqual([latest.stateOf(2), latest.busyOf(2), latest.warmUpOf(2), latest.lengthOf(2)], [DONE, 14, 5, 6]);
});

test("it counts in what is selected as far as its sums tell", () => {
  const { sums, selection, cohorts } = store();
  selection.select({ kind: "executor", layers: [1] });
  assert.deepEqual([sums.done.calls, sums.nodes.of(0).calls, sums.layers.of(0).calls], [3, 3, 5]);
  assert.equal(sums.clients.of(2).calls, 0);
  selection.select({ kind: "client", client: 2 });
  assert.deepEqual([sums.done.calls, sums.clients.of(2).time, sums.layers.of(0).calls], [7, 14, 0]);
  selection.select({ kind: "rounds", from: 0, to: 0 });
  assert.deepEqual([sums.done.calls, cohorts.shown.busyOf(2)], [9, 14]);
  selection.brush([0, 2]);
  assert.equal(sums.done.calls, 2);
});

test("the drawer says what was left out", () => {
  assert.match(factsOf(store()).find(({ name }) => name === "left out")?.text ?? "", /^7 short operations/);
});
