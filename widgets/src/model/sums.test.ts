import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, storeOf } from "../testing/batches";

const SPAN = { parent: 0, invocation: 0, layer: 0, node: 0 };
const THREE = [0, 1, 2].map((n) => ({
  id: n,
  layer: 0,
  node: 0,
  client: n,
  invocation: 0,
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

test("sums over what is selected are made once for each selection, and spans that come are added to them", () => {
  const store = storeOf(THREE);
  store.selection.brush([8, 17]);
  const { layers } = store.sums;
  store.search.search("map");
  store.receive(...batchOf([{ id: 3, layer: 0, start: 9, end: 10 }]));
  assert.equal(store.sums.layers, layers);
  assert.equal(layers.of(0).calls, 2);
  store.selection.select({ kind: "client", client: 1 });
  assert.notEqual(store.sums.layers, layers);
});

const MIXED = [
  { id: 0, invocation: 0, layer: 0, start: 0, end: 99 },
  { ...SPAN, id: 1, layer: 1, client: 0, self_time: 1 },
  { ...SPAN, id: 2, parent: 1, layer: 2, client: 0, node: 1, self_time: 2 },
  { ...SPAN, id: 3, layer: 1, client: 1, self_time: 4 },
  { ...SPAN, id: 4, parent: 3, layer: 2, client: 1, node: 1, self_time: 8 },
];
const times = (totals: { of: (key: number) => { time: number } }) => [0, 1, 2].map((key) => totals.of(key).time);

test("a client's part of all is told of executors and AST nodes; clients stay comparable", () => {
  const { sums, selection } = storeOf(MIXED);
  selection.select({ kind: "client", client: 1 });
  assert.deepEqual(times(sums.layers), [0, 4, 8]);
  assert.deepEqual(times(sums.nodes), [4, 8, 0]);
  assert.deepEqual(times(sums.clients), [3, 12, 0]);
  assert.deepEqual(sums.done, { calls: 2, time: 12, longest: 4 });
  assert.equal(sums.inAll.done.calls, 5);
});

test("an executor's part of all is told of AST nodes and clients; executors stay comparable", () => {
  const { sums, selection } = storeOf(MIXED);
  selection.select({ kind: "executor", layers: [2] });
  assert.deepEqual(times(sums.layers), [0, 5, 10]);
  assert.deepEqual(times(sums.nodes), [0, 10, 0]);
  assert.deepEqual(times(sums.clients), [2, 8, 0]);
});

test("of what is selected together only what belongs to all of it is told", () => {
  const { sums, selection } = storeOf(MIXED);
  selection.select({ kind: "node", node: 1 }, { kind: "client", client: 0 });
  assert.deepEqual(sums.done, { calls: 1, time: 2, longest: 2 });
  assert.deepEqual(times(sums.layers), [0, 0, 2]);
  assert.deepEqual(times(sums.nodes), [1, 2, 0]);
  assert.deepEqual(times(sums.clients), [2, 8, 0]);
});

test("a span stands for itself and for what was done inside it", () => {
  const store = storeOf(MIXED.slice(0, 3), 0);
  store.selection.select({ kind: "span", span: 1 });
  assert.deepEqual(times(store.sums.layers), [0, 1, 2]);
  store.receive(...batchOf(MIXED.slice(3)));
  assert.deepEqual(times(store.sums.layers), [0, 1, 2]);
});

test("of a span that is under way, also what comes later inside it is told", () => {
  const store = storeOf([{ id: 0, invocation: 0, layer: 0 }], 1);
  store.selection.select({ kind: "span", span: 0 });
  assert.deepEqual(store.sums.layers.of(0), { calls: 0, time: 0, running: 1 });
  store.receive(...batchOf(MIXED.slice(1, 3)));
  assert.deepEqual(times(store.sums.layers), [0, 1, 2]);
});

test("a round holds the spans of its call, and a line those of what was written there", () => {
  const call = (span: number) => ({ span, name: "f", root: 0, cardinalities: { CLIENTS: 1 } });
  const node = { parent: -1, kind: "Call", label: "", type: "", edge: "", variable: "" };
  const nodes = [
    { ...node, function: 0, line: 3 },
    { ...node, function: 0, line: 4 },
  ];
  const rows = [
    { id: 0, invocation: 0, layer: 0, self_time: 1 },
    { ...SPAN, id: 1, client: 0, self_time: 2 },
    { id: 2, invocation: 2, layer: 0, self_time: 4 },
    { ...SPAN, id: 3, invocation: 2, node: 1, client: 0, self_time: 8 },
  ];
  const { sums, selection } = storeOf(rows, 0, { description: { invocations: [call(0), call(2)], nodes } });
  selection.select({ kind: "rounds", from: 0, to: 0 });
  assert.deepEqual([sums.done.time, sums.clients.of(0).time], [3, 2]);
  selection.select({ kind: "rounds", from: 0, to: 1 });
  assert.deepEqual([sums.done.time, sums.clients.of(0).time], [15, 10]);
  selection.drop("rounds");
  selection.select({ kind: "line", function: 0, line: 4 });
  assert.deepEqual([sums.done.time, sums.clients.of(0).time], [8, 8]);
  selection.select({ kind: "line", function: 0, line: 3 });
  assert.deepEqual([sums.done.time, sums.clients.of(0).time], [2, 0]);
});
