import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, storeOf } from "../testing/batches";

const SPAN = { parent: 0, invocation: 0, layer: 0, node: 0 };
const THREE = [0, 1, 2].map((n) => ({
  id: n,
  layer: 0,
  node: 0,
  client: n,
  start: 10 * n,
  end: 10 * n + 5,
  self_time: 1,
}));

test("sums grow as spans end, and running calls are counted apart", () => {
  const store = storeOf([{ id: 0 }, { ...SPAN, id: 1, client: 0 }], 2);
  assert.deepEqual(store.sums.layers.of(0), { calls: 0, time: 0, running: 1 });
  const ended = [
    { ...SPAN, id: 1, client: 0, self_time: 2, worker_time: 1, end: 3 },
    { ...SPAN, id: 2, client: 1, self_time: 1, end: 5 },
  ];
  store.receive(...batchOf(ended));
  assert.deepEqual(store.sums.layers.of(0), { calls: 2, time: 4, running: 0 });
  assert.deepEqual(store.sums.nodes.of(0), { calls: 2, time: 4, running: 0 });
});

test("a span that comes twice counts once", () => {
  const rows = [{ id: 0, layer: 0, self_time: 2, end: 2 }];
  const store = storeOf(rows);
  store.receive(...batchOf(rows));
  assert.equal(store.sums.layers.of(0).calls, 1);
});

test("a batch that replaces all begins the sums anew", () => {
  const store = storeOf(THREE);
  store.receive(...batchOf(THREE.slice(0, 1), 0, { reset: true }));
  assert.equal(store.sums.layers.of(0).calls, 1);
  assert.equal(store.columns.count, 1);
});

test("brushing limits what is told of executors, AST nodes and clients", () => {
  const store = storeOf(THREE);
  store.selection.brush([8, 17]);
  assert.equal(store.sums.layers.of(0).calls, 1);
  assert.equal(store.sums.nodes.of(0).calls, 1);
  assert.deepEqual(
    [0, 1, 2].map((client) => store.sums.wasAtWork(client)),
    [false, true, false],
  );
  store.selection.clear();
  assert.equal(store.sums.layers.of(0).calls, 3);
  assert.equal(store.sums.wasAtWork(0), true);
});

test("spans that arrive in the brushed time are told too", () => {
  const store = storeOf(THREE);
  store.selection.brush([8, 17]);
  assert.equal(store.sums.layers.of(0).calls, 1);
  store.receive(...batchOf([{ id: 3, layer: 0, start: 9, end: 10, self_time: 4 }]));
  assert.deepEqual(store.sums.layers.of(0), { calls: 2, time: 5, running: 0 });
});

test("sums over the brushed time are made once for each change", () => {
  const store = storeOf(THREE);
  store.selection.brush([8, 17]);
  const { layers } = store.sums;
  store.selection.select({ client: 1 });
  assert.equal(store.sums.layers, layers);
  store.selection.brush([8, 17]);
  assert.notEqual(store.sums.layers, layers);
});
