import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOf } from "../testing/batches";

test("searching goes from span to span, and around", () => {
  const { search } = storeOf([{ id: 0, client: 1 }, { id: 1 }, { id: 2, client: 1 }]);
  assert.equal(search.next(-1), -1);
  search.search("client 1");
  assert.deepEqual(
    [-1, 0, 2].map((span) => search.next(span)),
    [0, 2, 0],
  );
});

test("nothing is found where nothing is, and spans that did not come are passed over", () => {
  const { search } = storeOf([{ id: 3, client: 1 }]);
  search.search("client 7");
  assert.equal(search.next(-1), -1);
  search.search("client");
  assert.equal(search.next(-1), 3);
  const empty = storeOf([]).search;
  empty.search("client");
  assert.equal(empty.next(-1), -1);
});

test("numbers that are none, or infinite, are found by what they are", () => {
  const { search } = storeOf([
    { id: 0, scalar: 1 },
    { id: 1, scalar: Number.NaN },
    { id: 2, scalar: Number.NEGATIVE_INFINITY },
    { id: 3 },
  ]);
  const found = (text: string) => {
    search.search(text);
    return [0, 1, 2, 3].filter((span) => search.matches(span));
  };
  assert.deepEqual(["nan", "inf", "-inf"].map(found), [[1], [2], [2]]);
});

test("case does not count, nor the spaces around", () => {
  const { search, changes } = storeOf([{ id: 0, layer: 0, node: 0 }]);
  const { version } = changes;
  search.search("  MAP ");
  assert.equal(changes.version, version + 1);
  assert.equal(search.matches(0), true);
  assert.equal(search.finds("A Map of it"), true);
  assert.equal(search.finds("federated_sum"), false);
});

test("as long as nothing is searched for, everything is found", () => {
  const { search } = storeOf([{ id: 0 }]);
  search.search("   ");
  assert.equal(search.finds(""), true);
  assert.equal(search.matches(0), true);
});
