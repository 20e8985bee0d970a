import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, DESCRIPTION } from "../testing/batches";
import { TraceStore } from "./store";

test("each message is told once, when all parts have it", () => {
  const store = new TraceStore();
  const seen: (string | number)[][] = [];
  store.changes.subscribe(() => {
    const { legend, columns, sums, cohorts, failures, progress } = store;
    seen.push([legend.title, columns.count, sums.layers.all.calls, cohorts.latest.count, failures.first, progress.now]);
  });
  const description = { ...DESCRIPTION, title: "f", errors: { 1: "no" } };
  store.receive(...batchOf([{ id: 0 }, { id: 1, layer: 0, outcome: 1 }], 0, { description, now: 3 }));
  assert.deepEqual(seen, [["f", 2, 1, 3, 1, 3]]);
});

test("answers go to what was asked for", () => {
  const store = new TraceStore();
  store.receive({ kind: "previews", previews: { "1.0": [3, 2], x: [4] } });
  store.receive({ kind: "details", span: 3, lines: [["value", "1.0"]] });
  assert.deepEqual(
    [3, 4, 5].map((span) => store.requests.previewOf(span)),
    ["1.0", "x", "1.0"],
  );
  assert.deepEqual(store.requests.linesOf(3), [["value", "1.0"]]);
  assert.equal(store.columns.count, 0);
});

test("a description brings its parts, and can overwrite nothing else", () => {
  const store = new TraceStore();
  const hostile: object = { ...DESCRIPTION, columns: null, receive: null, labelOf: null, title: "f" };
  store.receive(...batchOf([{ id: 0, end: 2 }], 0, { description: hostile }));
  store.receive(...batchOf([{ id: 1, end: 3 }]));
  assert.deepEqual([store.columns.end(0), store.columns.end(1), store.labelOf(0)], [2, 3, "f"]);
});

test("a batch that replaces all is as the first one", () => {
  const rows = [0, 1, 2].map((id) => ({ id, layer: 0, invocation: 0, client: id, self_time: 1 }));
  const [again, once] = [new TraceStore(), new TraceStore()];
  again.receive(...batchOf(rows));
  for (const store of [again, once]) store.receive(...batchOf(rows.slice(0, 2), 1, { reset: true }));
  for (const store of [again, once]) {
    assert.equal(store.columns.count, 2);
    assert.deepEqual(store.sums.layers.of(0), { calls: 1, time: 1, running: 1 });
    assert.deepEqual(store.cohorts.latest.totals(), [1, 1, 0, 0, 1, 0]);
  }
});
