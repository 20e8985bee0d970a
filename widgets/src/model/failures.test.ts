import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";

const ROWS = [{ id: 0 }, { id: 1, parent: 0 }, { id: 2, parent: 1, client: 1 }, { id: 3, parent: 0, client: 4 }];
const errors = (texts: Record<number, string>) => storeOf(ROWS, 0, { description: { errors: texts } }).failures;

test("the first error is told where it arose, not where it passed", () => {
  const failures = errors({ 0: "a", 1: "a", 2: "a", 3: "b" });
  assert.equal(failures.first, 2);
  assert.equal(failures.textOf(2), "a");
});

test("without errors there is no first one, and no text", () => {
  const failures = errors({});
  assert.equal(failures.first, -1);
  assert.equal(failures.textOf(0), "");
});

test("each client has its own first error, in its call", () => {
  const failures = errors({ 0: "a", 1: "a", 2: "a", 3: "b" });
  assert.deepEqual(
    [1, 4, 5].map((client) => failures.firstOf(client, -1)),
    [2, 3, -1],
  );
  assert.equal(failures.firstOf(1, 7), -1);
});

test("of errors side by side the first is the one that began first, as numbers count", () => {
  const store = storeOf([{ id: 9 }, { id: 10 }], 0, { description: { errors: { 10: "late", 9: "early" } } });
  assert.equal(store.failures.first, 9);
});
