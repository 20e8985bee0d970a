import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, DESCRIPTION, storeOf } from "../testing/batches";
import { PROGRAM } from "../testing/programs";
import { nameOf, pythonOf, roundsOf } from "./names";
import type { Part } from "./selection";

const EXECUTOR = {
  ...{ name: "SequenceExecutor", role: "", placement: "clients" as const, first_client: 0 },
  ...{ num_clients: 1, device: "", parent: 0 },
};
const NODE = { parent: -1, kind: "Call", type: "", edge: "", function: 2, variable: "" };
const description = {
  ...DESCRIPTION,
  executors: [...(DESCRIPTION.executors ?? []), EXECUTOR],
  nodes: [
    { ...NODE, label: "call federated_map", line: 3 },
    { ...NODE, label: "call train", line: 4 },
    { ...NODE, label: "call federated_sum", line: 4 },
  ],
  invocations: [0, 9].map((span) => ({ span, name: "f", root: 0, cardinalities: { CLIENTS: 3 } })),
  program: PROGRAM,
};
const storeOfAll = () =>
  storeOf(
    [
      { id: 0, invocation: 0, operation: 0 },
      { id: 1, invocation: 0, operation: 1, layer: 0 },
      { id: 2, invocation: 0, operation: 2, outcome: 1 },
    ],
    0,
    { description },
  );

test("a part of time is told from the start of the first computation, as the scrubber and the ruler count it", () => {
  const store = storeOf([{ id: 0, invocation: 0, start: 760, end: 900 }], 0, { description });
  assert.equal(nameOf({ kind: "time", range: [780, 800] }, store), "20.0 ms to 40.0 ms");
});

const PARTS: [part: Part, name: string, python: string][] = [
  [{ kind: "client", client: 7 }, "client 7", "t.clients().where(client=7)"],
  [{ kind: "rounds", from: 0, to: 0 }, "round 1", "t.clients().where(round=0)"],
  [{ kind: "rounds", from: 0, to: 1 }, "rounds 1 to 2", "t.clients().where(round=[0, 1])"],
  [{ kind: "node", node: 1 }, "f", "t.spans.where(node=1)"],
  [{ kind: "node", node: 2 }, "federated_sum", "t.spans.where(node=2)"],
  [{ kind: "line", function: 2, line: 4 }, "line 4", "t.spans.where(node=[1, 2])"],
  [
    { kind: "executor", layers: [0] },
    "EagerTFExecutor · clients 0-1",
    't.spans.where(executor="EagerTFExecutor · clients 0-1")',
  ],
  [
    { kind: "executor", layers: [0, 1] },
    "EagerTFExecutor × 2",
    't.spans.where(executor=["EagerTFExecutor · clients 0-1", "SequenceExecutor"])',
  ],
  [
    { kind: "time", range: [1.5, 2] },
    "1.50 ms to 2.00 ms",
    't.spans.where((t.spans["end"] >= 1500000) & (t.spans["start"] <= 2000000))',
  ],
  [
    { kind: "crossing", node: 2, client: 3 },
    "letter of client 3, federated_sum",
    't.traffic().where(intrinsic="federated_sum", client=3)',
  ],
  [
    { kind: "crossing", node: 2, client: -1 },
    "letters of federated_sum",
    't.traffic().where(intrinsic="federated_sum")',
  ],
  [{ kind: "span", span: 0 }, "span 0", "t.spans.row(0)"],
  [{ kind: "span", span: 1 }, "span 1", "t.value(1)"],
  [{ kind: "span", span: 2 }, "span 2", "t.error(2)"],
];

for (const [part, name, python] of PARTS) {
  test(`${name} is called so, and Python asks for it by ${python}`, () => {
    const store = storeOfAll();
    store.selection.select(part);
    assert.equal(nameOf(part, store), name);
    assert.equal(pythonOf(store), python);
  });
}

test("Python asks for several parts at once", () => {
  const store = storeOfAll();
  assert.equal(pythonOf(store), "print(t)");
  store.selection.select({ kind: "rounds", from: 1, to: 1 }, { kind: "client", client: 7 });
  assert.equal(pythonOf(store), "t.clients().where(client=7, round=1)");
  store.selection.narrow({ kind: "node", node: 1 });
  assert.equal(pythonOf(store), "t.spans.where(invocation=9, node=1, client=7)");
  store.selection.brush([0, 1]);
  const mask = '(t.spans["end"] >= 0) & (t.spans["start"] <= 1000000)';
  assert.equal(pythonOf(store), `t.spans.where(${mask}, invocation=9, node=1, client=7)`);
});

test("what a message has not told yet has a name, too", () => {
  const store = storeOfAll();
  store.receive(...batchOf([], 0, { reset: true, description: {} }));
  assert.equal(nameOf({ kind: "executor", layers: [9] }, store), "executor");
  assert.equal(nameOf({ kind: "node", node: 99 }, store), "node 99");
});

test("calls of several computations are counted by computation, and rounds of one by all", () => {
  const calls = ["begin", "round", "round", "end"].map((name) => ({ name }));
  assert.deepEqual(
    calls.map((_, k) => roundsOf(k, k, calls)),
    ["begin", "round 1", "round 2", "end"],
  );
  assert.equal(roundsOf(1, 2, calls), "round 1 – round 2");
  assert.equal(roundsOf(1, 2, calls.slice(1, 3)), "rounds 2 to 3");
});
