import assert from "node:assert/strict";
import { test } from "node:test";
import { DESCRIPTION, storeOf } from "../testing/batches";
import { PROGRAM } from "../testing/programs";
import { findingsOf, MOST_LISTED } from "./found";
import { queryOf } from "./query";

const NODE = { parent: -1, kind: "Call", type: "", edge: "", variable: "" };
const description = {
  ...DESCRIPTION,
  nodes: [
    { ...NODE, label: "call federated_map", function: 0, line: 3 },
    { ...NODE, label: "call f", function: 1, line: 3 },
    { ...NODE, label: "Struct", function: 0, line: 9 },
  ],
  program: PROGRAM,
};
const SPAN = { invocation: 0, layer: 0 };
const store = () =>
  storeOf(
    [
      { id: 0, invocation: 0, start: 0, end: 200 },
      { ...SPAN, id: 1, client: 0, start: 1, end: 2, scalar: Number.NaN },
      { ...SPAN, id: 2, client: 1, start: 3, end: 153 },
      { ...SPAN, id: 3, client: 2, start: 5, end: 6, outcome: 1, scalar: Number.NEGATIVE_INFINITY },
    ],
    0,
    { description, finished: true },
  );
const found = (typed: string) => findingsOf(queryOf(typed), store());
const parts = (typed: string) => found(typed).listed.map(({ part }) => part);

test("one thing is found by its number, if there is one", () => {
  assert.deepEqual(parts("client 2"), [{ kind: "client", client: 2 }]);
  assert.deepEqual(parts("client 3"), []);
  assert.deepEqual(parts("round 1"), [{ kind: "rounds", from: 0, to: 0 }]);
  assert.deepEqual(parts("round 2"), []);
  assert.deepEqual(parts("span 3"), [{ kind: "span", span: 3 }]);
  assert.deepEqual(parts("span 9"), []);
  assert.deepEqual(parts("line 3"), [
    { kind: "line", function: 0, line: 3 },
    { kind: "line", function: 1, line: 3 },
  ]);
});

test("what took long is found, the longest first; what took less long, the shortest first", () => {
  assert.deepEqual(parts("> 100 ms"), [
    { kind: "span", span: 0 },
    { kind: "span", span: 2 },
  ]);
  assert.deepEqual(parts("< 100 ms"), [
    { kind: "span", span: 1 },
    { kind: "span", span: 3 },
  ]);
  assert.match(found("> 100 ms").listed[1]?.text ?? "", /^150 ms · EagerTFExecutor .*client 1$/);
});

test("clients come before spans: those with a number that is none, and those that failed", () => {
  assert.deepEqual(parts("nan"), [
    { kind: "client", client: 0 },
    { kind: "span", span: 1 },
  ]);
  assert.deepEqual(parts("inf")[0], { kind: "client", client: 2 });
  assert.deepEqual(parts("failed"), [
    { kind: "client", client: 2 },
    { kind: "span", span: 3 },
  ]);
  assert.deepEqual(parts("slow"), []);
});

test("names are found in steps, executors and AST nodes", () => {
  assert.deepEqual(parts("executor:eager"), [{ kind: "executor", layers: [0] }]);
  assert.deepEqual(parts("step:f"), [
    { kind: "node", node: 1 },
    { kind: "node", node: 4 },
  ]);
  assert.deepEqual(parts("struct"), [{ kind: "node", node: 2 }]);
  assert.deepEqual(parts("nobody"), []);
});

test("of many only the first are listed, and all are counted", () => {
  const rows = Array.from({ length: 500 }, (_, id) => ({ id, start: 0, end: 1 + id }));
  const { listed, total } = findingsOf(queryOf("> 0 ms"), storeOf(rows));
  assert.deepEqual([listed.length, total], [MOST_LISTED, 500]);
});
