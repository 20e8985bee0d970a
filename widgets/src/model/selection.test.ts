import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";
import type { Part } from "./selection";

const ROWS = [
  { id: 0, layer: 0, client: 1, node: 0, invocation: 0, start: 0, end: 5 },
  { id: 1, layer: 0, client: 2, node: 1, start: 10, end: 15 },
];
const NOTHING = { span: -1, client: -1, layer: -1, node: -1, invocation: -1 };
const ROUND: Part = { kind: "rounds", from: 4, to: 4 };
const EXECUTOR: Part = { kind: "executor", layers: [2, 3] };
const CLIENT: Part = { kind: "client", client: 7 };
const SPAN: Part = { kind: "span", span: 0 };

const selectionOf = () => storeOf(ROWS).selection;

test("what belongs to a span is framed with it: its client, executor, AST node and call", () => {
  const selection = selectionOf();
  selection.select(SPAN);
  assert.deepEqual(selection.marks, { span: 0, client: 1, layer: 0, node: 0, invocation: 0 });
  selection.select(EXECUTOR);
  assert.deepEqual(selection.marks, { ...NOTHING, layer: 2 });
  selection.select({ kind: "crossing", node: 3, client: 9 });
  assert.deepEqual(selection.marks, { ...NOTHING, node: 3, client: 9 });
  selection.select();
  assert.deepEqual(selection.marks, NOTHING);
});

test("selecting a thing ends the selection of others, and leaves round and time", () => {
  const selection = selectionOf();
  selection.select(ROUND);
  selection.brush([1, 2]);
  selection.select(EXECUTOR);
  selection.select(CLIENT);
  assert.deepEqual(
    selection.parts.map(({ kind }) => kind),
    ["rounds", "time", "client"],
  );
  selection.select({ kind: "rounds", from: 1, to: 2 });
  assert.deepEqual(selection.parts, [
    { kind: "rounds", from: 1, to: 2 },
    { kind: "time", range: [1, 2] },
  ]);
});

test("narrowing keeps all else, and stands from wide to narrow in whatever order", () => {
  const selection = selectionOf();
  for (const part of [CLIENT, EXECUTOR, ROUND]) selection.narrow(part);
  assert.deepEqual(selection.parts, [ROUND, EXECUTOR, CLIENT]);
  selection.narrow({ kind: "client", client: 8 });
  assert.deepEqual(selection.parts, [ROUND, EXECUTOR, { kind: "client", client: 8 }]);
  assert.equal(selection.last?.kind, "client");
});

test("one goes back from the narrowest to the whole run", () => {
  const selection = selectionOf();
  for (const part of [ROUND, EXECUTOR, CLIENT]) selection.narrow(part);
  selection.drop("executor");
  const left = () => selection.parts.map(({ kind }) => kind);
  assert.deepEqual(left(), ["rounds", "client"]);
  assert.equal(selection.back(), true);
  assert.deepEqual(left(), ["rounds"]);
  assert.deepEqual([selection.back(), selection.back()], [true, false]);
});

test("clearing selects nothing and all of time, and is told once", () => {
  const { selection, changes } = storeOf(ROWS);
  selection.select(SPAN);
  selection.brush([1, 2]);
  assert.deepEqual(selection.range, [1, 2]);
  const { version } = changes;
  selection.clear();
  assert.deepEqual([selection.parts, selection.range, selection.marks.span], [[], null, -1]);
  assert.equal(changes.version, version + 1);
});

test("a moment is shown beside what is selected, and ends with null", () => {
  const { selection, changes } = storeOf(ROWS);
  selection.select(CLIENT);
  const { version } = changes;
  selection.showMoment(3.5);
  assert.deepEqual([selection.moment, selection.parts], [3.5, [CLIENT]]);
  selection.showMoment(null);
  assert.equal(selection.moment, null);
  assert.equal(changes.version, version + 2);
});
