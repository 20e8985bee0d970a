import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";

const ROWS = [
  { id: 0, layer: 0, client: 1, node: 0, invocation: 0, start: 0, end: 5 },
  { id: 1, layer: 0, client: 2, node: 1, start: 10, end: 15 },
];

function concerned() {
  const { sums, selection } = storeOf(ROWS);
  return { selection, spans: () => [0, 1].filter((span) => sums.scope.concerns(span)) };
}

test("a selected client, executor, AST node or crossing concerns its own spans only", () => {
  const { selection, spans } = concerned();
  assert.deepEqual(spans(), [0, 1]);
  selection.select({ kind: "client", client: 2 });
  assert.deepEqual(spans(), [1]);
  selection.select({ kind: "node", node: 0 });
  assert.deepEqual(spans(), [0]);
  selection.select({ kind: "executor", layers: [0] });
  assert.deepEqual(spans(), [0, 1]);
  selection.select({ kind: "crossing", node: 1, client: -1 });
  assert.deepEqual(spans(), [1]);
  selection.select({ kind: "crossing", node: 1, client: 1 });
  assert.deepEqual(spans(), []);
});

test("a selected span hides no other, but the brushed time does", () => {
  const { selection, spans } = concerned();
  selection.select({ kind: "span", span: 0 });
  assert.deepEqual(spans(), [0, 1]);
  selection.brush([11, 12]);
  assert.deepEqual(spans(), [1]);
});
