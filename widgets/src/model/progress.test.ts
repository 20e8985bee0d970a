import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, DESCRIPTION, storeOf } from "../testing/batches";
import { PROGRAM } from "../testing/programs";
import { TraceStore } from "./store";

const ended = (...outcomes: number[]) =>
  storeOf(
    outcomes.map((outcome, id) => ({ id, outcome })),
    0,
    {
      finished: true,
      description: {
        ...DESCRIPTION,
        invocations: outcomes.map((_, span) => ({ span, name: "f", root: 0, cardinalities: {} })),
      },
    },
  ).progress;

test("until the first message a trace is waited for, and then it runs", () => {
  const store = new TraceStore();
  assert.equal(store.progress.state, "waiting");
  store.receive(...batchOf([]));
  assert.equal(store.progress.state, "running");
});

test("an answer is a message, too", () => {
  const store = new TraceStore();
  store.receive({ kind: "details", span: 0, lines: [] });
  assert.equal(store.progress.isHeard, true);
});

test("a finished trace is as its calls ended, and a failure counts more than an end that was wanted", () => {
  assert.equal(ended(0, 0).state, "done");
  assert.equal(ended(0, 2).state, "cancelled");
  assert.equal(ended(2, 1, 0).state, "failed");
  assert.equal(ended().state, "done");
});

test("a run that was interrupted between two calls did not end as it should", () => {
  const program = { ...PROGRAM, interrupted: "Interrupted after round 1; 3 of 3 clients were done" };
  const store = storeOf([{ id: 0 }], 0, { finished: true, description: { ...DESCRIPTION, program } });
  assert.equal(store.progress.state, "cancelled");
});

test("a span that failed inside a call that went on does not make it fail", () => {
  const store = storeOf([{ id: 0 }, { id: 1, parent: 0, outcome: 1 }], 0, { finished: true });
  assert.equal(store.progress.state, "done");
});

test("the last batch says how far the trace is", () => {
  const store = storeOf([{ id: 0, end: 25 }], 0, { now: 20, dropped: 1 });
  assert.deepEqual(store.progress.extent, [0, 20]);
  store.receive(...batchOf([], 0, { now: 30, dropped: 4, finished: true }));
  const { now, dropped, finished, extent } = store.progress;
  assert.deepEqual([now, dropped, finished, extent], [30, 4, true, [0, 25]]);
});

test("a trace has a length from the beginning, so that it can be drawn", () => {
  const [from, to] = new TraceStore().progress.extent;
  assert.ok(to > from);
});

test("a trace goes from the start of its first computation to the end of its last, and moments are told from there", () => {
  const call = (span: number) => ({ span, name: "f", root: 0, cardinalities: {} });
  const rows = [
    { id: 0, start: 2100, end: 2300 },
    { id: 1, start: 2400, end: 2590 },
  ];
  const description = { ...DESCRIPTION, invocations: [call(0), call(1)] };
  const { progress } = storeOf(rows, 0, { finished: true, now: 2650, description });
  assert.deepEqual([progress.firstStart, progress.extent], [2100, [2100, 2590]]);
  assert.equal(progress.sayMoment(2300), "200 ms");
});
