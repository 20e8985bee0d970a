import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";
import { widthIn, labelOf, wrongNumberOf } from "./labels";

const store = storeOf([{ id: 0 }, { id: 1, layer: 0, node: 0, client: 1 }, { id: 2, layer: 0 }, { id: 3, layer: 8 }]);
const label = (span: number) => labelOf(span, store.columns, store.legend);

test("a span is called after its executor, its AST node and its client", () => {
  assert.equal(label(1), "EagerTFExecutor · call federated_map · client 1");
  assert.equal(label(2), "EagerTFExecutor");
});

test("a span without an executor is a call, and has its name", () => {
  assert.equal(label(0), "f");
  assert.equal(label(9), "invocation");
});

test("an executor that was not told yet has no name", () => {
  assert.equal(label(3), "");
});

test("a number that is none is told from no number", () => {
  const scalars = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, undefined];
  const { columns } = storeOf(scalars.map((scalar, id) => (scalar === undefined ? { id } : { id, scalar })));
  assert.deepEqual(
    scalars.map((_, span) => wrongNumberOf(span, columns)),
    ["nan", "inf", "-inf", "", ""],
  );
});

test("a letter of Korean takes the room of two others", () => {
  assert.equal(widthIn("train · 3"), 9);
  assert.equal(widthIn("서버 3"), 6);
});
