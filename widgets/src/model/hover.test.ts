import assert from "node:assert/strict";
import { test } from "node:test";
import { TraceStore } from "./store";
import { batchOf, DESCRIPTION } from "../testing/batches";

/** Two clients of a call; the first did something for AST node 1, both for node 0. */
function told(): TraceStore {
  const store = new TraceStore();
  const rows = [
    { id: 0, node: -1, client: -1, invocation: 0, start: 0, end: 9 },
    { id: 1, node: 1, client: 0, invocation: 0, start: 1, end: 2 },
    { id: 2, node: 0, client: 1, invocation: 0, start: 2, end: 3 },
  ].map((row) => ({ layer: 0, thread: 0, ...row }));
  const node = { ...DESCRIPTION.nodes?.[0], parent: -1 };
  store.receive(...batchOf(rows, 0, { description: { ...DESCRIPTION, nodes: [node, node] as never } }));
  return store;
}

test("what is under the pointer lights the clients and the spans that did it", () => {
  const { hover, columns } = told();
  hover.show([1]);
  assert.deepEqual([...(hover.clientsOf(0, columns) ?? [])], [0]);
  assert.deepEqual(
    [1, 2].map((span) => hover.dims(span, columns)),
    [false, true],
  );
});

test("nothing is pale where nothing is under the pointer, or what no client did", () => {
  const { hover, columns } = told();
  assert.equal(hover.clientsOf(0, columns), null);
  assert.equal(hover.dims(2, columns), false);
  hover.show([7]);
  assert.equal(hover.clientsOf(0, columns), null);
});
