import assert from "node:assert/strict";
import { test } from "node:test";
import { DESCRIPTION, type Row, storeOf } from "../testing/batches";
import { OPERATIONS, OUTCOME } from "./schema";
import type { Part } from "./selection";
import type { StepSum } from "./step_sums";

const [CREATE_VALUE, CREATE_CALL] = [OPERATIONS.indexOf("create_value"), OPERATIONS.indexOf("create_call")];
const [node] = DESCRIPTION.nodes ?? [];
const [border] = DESCRIPTION.executors ?? [];
const description = {
  ...DESCRIPTION,
  executors: border ? [border, { ...border, name: "SequenceExecutor", parent: 0 }] : [],
  // A computation, a step in it, and the argument.
  nodes: node
    ? [
        { ...node, kind: "Lambda", label: "f" },
        { ...node, parent: 0 },
      ]
    : [],
};

const OF_CLIENT: Row = { parent: 0, invocation: 0, node: 1, layer: 0, client: 0 };
const ROWS: Row[] = [
  { id: 0, invocation: 0, start: 0, end: 100, self_time: 10 },
  { ...OF_CLIENT, id: 1, node: 0, operation: CREATE_VALUE, start: 10, end: 15, self_time: 5 },
  { ...OF_CLIENT, id: 2, operation: CREATE_VALUE, start: 15, end: 35, self_time: 20 },
  { ...OF_CLIENT, id: 3, operation: CREATE_CALL, outcome: OUTCOME.error, start: 40, end: 80, self_time: 1 },
  {
    ...OF_CLIENT,
    id: 4,
    parent: 3,
    layer: 1,
    operation: CREATE_CALL,
    outcome: OUTCOME.error,
    start: 41,
    end: 71,
    queue_time: 20,
    self_time: 1,
    worker_time: 9,
  },
  { ...OF_CLIENT, id: 5, operation: CREATE_CALL, client: 1, start: 50, end: 90, self_time: 40 },
];

function counted(...parts: Part[]): { step: StepSum | undefined; whole: StepSum | undefined; busy: number } {
  const store = storeOf(ROWS, 0, { finished: true, description });
  store.selection.select(...parts);
  const [step, whole] = store.steps.of([
    { nodes: [1], atClients: true },
    { nodes: [0], atClients: false },
  ]);
  return { step, whole, busy: store.cohorts.shown.busyOf(0) };
}

test("the time of a function at clients is that of their calls and of making it ready", () => {
  const { step, whole } = counted();
  assert.deepEqual([step?.elapsed, step?.runs, step?.failed], [20 + 50, 2, 1]);
  assert.deepEqual([whole?.elapsed, whole?.runs], [100, 1]);
});

test("the time of a step at the server is that of its executors, not of those that wait for clients", () => {
  const [executor] = description.executors;
  assert.ok(executor);
  const executors = [
    { ...executor, name: "FederatingExecutor", placement: "" as const },
    { ...executor, placement: "server" as const, parent: 0 },
  ];
  const spans: Row[] = [
    { id: 0, invocation: 0, start: 0, end: 100 },
    { id: 1, parent: 0, invocation: 0, node: 1, layer: 0, operation: CREATE_CALL, start: 0, end: 90 },
    { id: 2, parent: 1, invocation: 0, node: 1, layer: 1, operation: CREATE_CALL, start: 70, end: 80 },
  ];
  const elapsed = (rows: Row[]) => {
    const store = storeOf(rows, 0, { finished: true, description: { ...description, executors } });
    return store.steps.of([{ nodes: [1], atClients: false }])[0]?.elapsed;
  };
  assert.equal(elapsed(spans), 10);
  assert.equal(elapsed(spans.slice(0, 2)), 90);
});

test("a span inside a client's call is one run, for as long as it took", () => {
  const { step, whole } = counted({ kind: "span", span: 4 });
  assert.deepEqual([step?.runs, step?.failed, step?.elapsed], [1, 1, 30]);
  assert.deepEqual([whole?.runs, whole?.elapsed], [1, 30]);
});

test("times of one client are those for which it was busy, as its tile tells", () => {
  const { step, whole, busy } = counted({ kind: "client", client: 0 });
  assert.deepEqual([step?.runs, step?.elapsed], [1, busy - 5]);
  assert.deepEqual([whole?.runs, whole?.elapsed], [1, busy]);
});
