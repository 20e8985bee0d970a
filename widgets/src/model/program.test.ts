import assert from "node:assert/strict";
import { test } from "node:test";
import { DESCRIPTION, storeOf } from "../testing/batches";
import { PROGRAM } from "../testing/programs";
import { programOfPart } from "./program";
import { OPERATIONS, OUTCOME } from "./schema";

const OPERATION = OPERATIONS.indexOf("create_call");

test("of a part, those that were cancelled are neither done nor failed", () => {
  const [node] = DESCRIPTION.nodes ?? [];
  assert.ok(node);
  const store = storeOf(
    [OUTCOME.error, OUTCOME.cancelled, OUTCOME.ok].map((outcome, client) => ({
      id: client,
      layer: 0,
      operation: OPERATION,
      node: 1,
      client,
      outcome,
      end: 1,
    })),
    0,
    { description: { ...DESCRIPTION, nodes: [node, { ...node, parent: 0 }] } },
  );
  for (const [client, done, failed, cancelled] of [
    [0, 0, 1, 0],
    [1, 0, 0, 1],
    [2, 1, 0, 0],
  ] as const) {
    store.selection.select({ kind: "client", client });
    const [step] = programOfPart(PROGRAM, store.steps, store.selection).steps;
    assert.deepEqual([step?.done, step?.failed, step?.cancelled], [done, failed, cancelled]);
  }
});
