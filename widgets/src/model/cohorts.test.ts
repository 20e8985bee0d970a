import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, DESCRIPTION, storeOf } from "../testing/batches";
import { CLIENT_RUNNING, DONE, FAILED, WAITING } from "./clients";

const CALLS = [
  { span: 0, name: "f", root: 0, cardinalities: { CLIENTS: 3 } },
  { span: 5, name: "f", root: 0, cardinalities: { CLIENTS: 2 } },
];
const states = ({ cohorts }: ReturnType<typeof storeOf>) => [0, 1, 2].map((client) => cohorts.latest.stateOf(client));

test("clients are waited for, run, and are done or failed", () => {
  const span = { parent: 0, invocation: 0 };
  const store = storeOf([{ id: 0 }, { ...span, id: 1, client: 0 }], 2);
  assert.deepEqual(states(store), [CLIENT_RUNNING, WAITING, WAITING]);
  store.receive(
    ...batchOf([
      { ...span, id: 1, client: 0 },
      { ...span, id: 2, client: 1, outcome: 1 },
    ]),
  );
  assert.deepEqual(states(store), [DONE, FAILED, WAITING]);
});

test("clients start anew with every call, and those of each can be asked for", () => {
  const description = { ...DESCRIPTION, invocations: CALLS.slice(0, 1) };
  const store = storeOf([{ id: 1, invocation: 0, client: 2 }], 0, { description });
  const { cohorts } = store;
  assert.deepEqual([cohorts.latest.count, cohorts.latest.totals()[DONE]], [3, 1]);
  store.receive(...batchOf([{ id: 6, invocation: 5, client: 0 }], 0, { description: { invocations: CALLS } }));
  assert.deepEqual([cohorts.latest.count, cohorts.latest.totals()[DONE]], [2, 1]);
  assert.deepEqual([cohorts.of(0).count, cohorts.of(0).stateOf(2)], [3, DONE]);
});

test("a span of an earlier call that ends late does not come into the latest", () => {
  const store = storeOf([{ id: 6, invocation: 5, client: 0 }], 0, { description: { invocations: CALLS } });
  store.receive(...batchOf([{ id: 1, invocation: 0, client: 1, outcome: 1 }], 0, { description: {} }));
  assert.deepEqual(states(store).slice(0, 2), [DONE, WAITING]);
  assert.equal(store.cohorts.of(0).stateOf(1), FAILED);
});

test("a call of no clients leaves those of the call before", () => {
  const store = storeOf([{ id: 1, invocation: 0, client: 2 }]);
  const without = { span: 9, name: "g", root: 0, cardinalities: {} };
  store.receive(...batchOf([{ id: 9 }], 0, { description: { invocations_from: 1, invocations: [without] } }));
  assert.equal(store.cohorts.latest.count, 3);
});

test("the steps of a client are its lowest spans, the longest of them, in order", () => {
  const span = { invocation: 0, layer: 0, node: 0 };
  const { cohorts } = storeOf([
    { id: 0, operation: 0, invocation: 0 },
    { ...span, id: 1, parent: 0, client: 1, self_time: 9 },
    { ...span, id: 2, parent: 1, client: 1, self_time: 1, start: 1 },
    { ...span, id: 3, parent: 1, client: 1, self_time: 3, start: 3 },
    { ...span, id: 4, parent: 1, client: 1, self_time: 2, start: 5 },
    { ...span, id: 5, parent: 0, client: 0, self_time: 7 },
  ]);
  assert.deepEqual(cohorts.stepsOf(1, 0, 2), [3, 4]);
  assert.deepEqual(cohorts.stepsOf(2, 0, 2), []);
  assert.deepEqual(cohorts.stepsOf(1, 1, 2), []);
});

test("clients remember a number that is none, before one that is infinite", () => {
  const row = { invocation: 0, parent: 0 };
  const store = storeOf(
    [
      { id: 0, invocation: 0 },
      { ...row, id: 1, client: 0, scalar: 1 },
      { ...row, id: 2, client: 1, scalar: Number.NaN },
      { ...row, id: 3, client: 1, scalar: Number.POSITIVE_INFINITY },
      { ...row, id: 4, client: 2, scalar: Number.NEGATIVE_INFINITY },
    ],
    0,
    { description: { invocations: CALLS.slice(0, 1) } },
  );
  const { latest } = store.cohorts;
  assert.deepEqual(
    [0, 1, 2].map((client) => latest.wrongOf(client)),
    ["", "nan", "-inf"],
  );
  assert.equal(latest.numWrong, 2);
});

test("the clients that are shown are those of the selected round, of the brushed time, or of the call of a span", () => {
  const rows = [
    { id: 0, invocation: 0, start: 0, end: 9 },
    { id: 1, parent: 0, invocation: 0, client: 2, start: 1, end: 2 },
    { id: 5, invocation: 5, start: 10, end: 19 },
    { id: 6, parent: 5, invocation: 5, client: 0, start: 11, end: 12 },
  ];
  const without = { span: 7, name: "g", root: 0, cardinalities: {} };
  const { cohorts, selection } = storeOf(rows, 0, { description: { invocations: [...CALLS, without] } });
  const shown = () => cohorts.shown.count;
  assert.deepEqual([cohorts.shownCall, shown()], [5, 2]);
  selection.select({ kind: "rounds", from: 0, to: 0 });
  assert.deepEqual([cohorts.shownCall, shown(), cohorts.shown.stateOf(2)], [0, 3, DONE]);
  selection.select({ kind: "rounds", from: 0, to: 2 });
  assert.equal(shown(), 2);
  selection.clear();
  selection.brush([3, 4]);
  assert.equal(shown(), 3);
  selection.clear();
  selection.select({ kind: "span", span: 1 });
  assert.equal(shown(), 3);
  selection.select({ kind: "client", client: 2 });
  assert.equal(shown(), 2);
});

test("those that had begun when a function was ready for the first time waited for it, in the first call only", () => {
  const span = { node: 4, operation: 1, parent: 0 };
  const first = [0, 1, 2].map((client) => ({
    ...span,
    id: client + 1,
    invocation: 0,
    client,
    start: client,
    end: 300,
    self_time: 300 - client,
  }));
  const after = { ...span, id: 4, invocation: 0, client: 2, start: 301, end: 302, self_time: 1 };
  const second = { ...span, id: 6, parent: 5, invocation: 5, client: 0, start: 400, end: 401, self_time: 1 };
  const { cohorts } = storeOf([{ id: 0 }, ...first, after, { id: 5 }, second], 0, {
    finished: true,
    description: { ...DESCRIPTION, invocations: CALLS },
  });
  assert.deepEqual([cohorts.of(0).warmUpOf(0), cohorts.of(0).warmUpOf(2)], [300, 298]);
  assert.equal(cohorts.latest.warmUpOf(0), 0);
  assert.equal(cohorts.of(0).isOver, true);
});

test("of several calls it is said whose clients are shown", () => {
  const description = { ...DESCRIPTION, invocations: CALLS };
  const rows = [
    { id: 1, invocation: 0, client: 2 },
    { id: 6, invocation: 5, client: 0 },
  ];
  const { cohorts, selection } = storeOf(rows, 0, { description });
  assert.equal(cohorts.scope, "round 2 of 2");
  selection.select({ kind: "rounds", from: 0, to: 0 });
  assert.equal(cohorts.scope, "round 1 of 2");
  const one = storeOf(rows.slice(0, 1), 0, { description: { ...description, invocations: CALLS.slice(0, 1) } });
  assert.equal(one.cohorts.scope, "");
});
