import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";

const ROWS = [
  { id: 0, layer: 0, client: 1, node: 0, invocation: 0, start: 0, end: 5 },
  { id: 1, layer: 0, client: 2, node: 1, start: 10, end: 15 },
];

test("selecting a span selects its client, executor, AST node and call", () => {
  const { selection } = storeOf(ROWS);
  selection.select({ span: 0 });
  assert.deepEqual(selection.chosen, { span: 0, client: 1, layer: 0, node: 0, invocation: 0 });
});

test("selecting one thing selects nothing else", () => {
  const { selection } = storeOf(ROWS);
  selection.select({ span: 0 });
  selection.select({ client: 2, invocation: 5 });
  assert.deepEqual(selection.chosen, { span: -1, client: 2, layer: -1, node: -1, invocation: 5 });
  selection.select({});
  assert.deepEqual(Object.values(selection.chosen), [-1, -1, -1, -1, -1]);
});

test("clearing selects nothing and all of time, and is told once", () => {
  const { selection, changes } = storeOf(ROWS);
  selection.select({ span: 0 });
  selection.brush([1, 2]);
  const { version } = changes;
  selection.clear();
  assert.equal(selection.chosen.span, -1);
  assert.equal(selection.range, null);
  assert.equal(changes.version, version + 1);
});

test("a selected client, executor or AST node concerns its own spans only", () => {
  const { selection } = storeOf(ROWS);
  const concerned = () => [0, 1].filter((span) => selection.concerns(span));
  assert.deepEqual(concerned(), [0, 1]);
  selection.select({ client: 2 });
  assert.deepEqual(concerned(), [1]);
  selection.select({ node: 0 });
  assert.deepEqual(concerned(), [0]);
  selection.select({ layer: 0 });
  assert.deepEqual(concerned(), [0, 1]);
});

test("a selected span hides no other, but the brushed time does", () => {
  const { selection } = storeOf(ROWS);
  selection.select({ span: 0 });
  assert.equal(selection.concerns(1), true);
  selection.brush([11, 12]);
  assert.deepEqual([selection.concerns(0), selection.concerns(1)], [false, true]);
});
