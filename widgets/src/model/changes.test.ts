import assert from "node:assert/strict";
import { test } from "node:test";
import { Changes } from "./changes";

test("everyone who listens is told, until he stops to listen", () => {
  const changes = new Changes();
  const told: string[] = [];
  const stop = changes.subscribe(() => told.push("one"));
  changes.subscribe(() => told.push("other"));
  changes.tell();
  stop();
  changes.tell();
  assert.deepEqual(told, ["one", "other", "other"]);
  assert.equal(changes.size, 1);
  assert.equal(changes.version, 2);
});
