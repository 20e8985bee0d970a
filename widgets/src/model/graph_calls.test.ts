import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";
import { shownGraph } from "./graph_calls";
import type { Graph, GraphCall } from "./messages";

const call = (span: number, others: Partial<GraphCall> = {}): GraphCall => ({
  span,
  label: "call",
  words: "call",
  value: "value",
  placement: "",
  count: 1,
  self_ms: 0.5,
  failed: false,
  column: 0,
  row: 0,
  ...others,
});
const GRAPH: Graph = {
  calls: [call(0, { placement: "server" }), call(1, { count: 2, self_ms: 7, members: [1, 2, 3] })],
  edges: [
    { source: 0, target: 1, kind: "flow", passed: [] },
    { source: 1, target: 1, kind: "carry", passed: [] },
  ],
  hidden: 0,
};
const store = storeOf([
  { id: 0, self_time: 9 },
  { id: 1, client: 0, self_time: 1 },
  { id: 2, client: 1, self_time: 2 },
  { id: 3, client: 1, self_time: 4, outcome: 1 },
]);

test("a graph of all is shown as it came", () => {
  const { calls, edges } = shownGraph(GRAPH, -1, store);
  assert.deepEqual(
    calls.map(({ span, copies, ownTime, value }) => [span, copies, ownTime, value]),
    [
      [0, 1, 0.5, "value"],
      [1, 2, 7, "value"],
    ],
  );
  assert.deepEqual(edges, GRAPH.edges);
});

test("of one client, its own calls are shown, summed, with the value of the first", () => {
  store.receive({ kind: "previews", previews: { 14: [2] } });
  const [, mapped] = shownGraph(GRAPH, 1, store).calls;
  assert.deepEqual(
    [mapped?.span, mapped?.copies, mapped?.ownTime, mapped?.failed, mapped?.value],
    [2, 2, 6, true, "14"],
  );
});

test("what is done once is the same for every client", () => {
  const [once] = shownGraph(GRAPH, 1, store).calls;
  assert.deepEqual([once?.span, once?.ownTime, once?.value], [0, 0.5, "value"]);
});

test("edges go to the calls that are shown, and none goes to the next client", () => {
  assert.deepEqual(shownGraph(GRAPH, 1, store).edges, [{ source: 0, target: 2, kind: "flow", passed: [] }]);
});

test("a client that took no part did nothing", () => {
  const [, mapped] = shownGraph(GRAPH, 5, store).calls;
  assert.deepEqual([mapped?.span, mapped?.copies, mapped?.value, mapped?.failed], [1, 0, "not done", false]);
});
