import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf } from "../testing/batches";
import type { Request } from "./messages";
import { TraceStore } from "./store";

function asking(): { store: TraceStore; asked: Request[] } {
  const asked: Request[] = [];
  return { store: new TraceStore((request) => asked.push(request)), asked };
}

test("previews are asked for once, when the value is made", () => {
  const { store, asked } = asking();
  const { requests } = store;
  store.receive(...batchOf([{ id: 0 }, { id: 1, outcome: 3 }], 1));
  requests.askForPreviews([0, 1]);
  requests.askForPreviews([0, 1]);
  assert.deepEqual(asked, [{ kind: "previews", spans: [0] }]);
  store.receive({ kind: "previews", previews: { 3: [0] } });
  store.receive(...batchOf([{ id: 1 }]));
  requests.askForPreviews([0, 1]);
  assert.equal(requests.previewOf(0), "3");
  assert.deepEqual(asked.slice(1), [{ kind: "previews", spans: [1] }]);
});

test("what came with the trace is not asked for", () => {
  const { store, asked } = asking();
  store.receive(...batchOf([{ id: 0 }], 0, { description: { previews: { "": [0] } } }));
  store.requests.askForPreviews([0]);
  assert.deepEqual(asked, []);
  assert.equal(store.requests.previewOf(0), "");
  assert.equal(store.requests.previewOf(1), undefined);
});

test("the details of a span are those of that span only", () => {
  const { store, asked } = asking();
  store.requests.inspect(4);
  assert.deepEqual(asked, [{ kind: "inspect", span: 4 }]);
  store.receive({ kind: "details", span: 4, lines: [["type", "int32"]] });
  assert.deepEqual(store.requests.linesOf(4), [["type", "int32"]]);
  assert.equal(store.requests.linesOf(5), undefined);
});

test("the numbers of a value are those that came with the page, or those that were asked for", () => {
  const { store } = asking();
  const inPage = { lines: [], grid: [1, 2], cells: [1, null], is_sampled: false };
  const asked = { ...inPage, cells: [2, null] };
  store.receive(...batchOf([], 0, { description: { drawn: { 3: inPage } } }));
  store.receive({ kind: "details", span: 4, lines: [], drawn: asked });
  assert.deepEqual(
    [3, 4, 5].map((span) => store.requests.drawnOf(span)),
    [inPage, asked, null],
  );
});

test("who listens says so with its name", () => {
  const { store, asked } = asking();
  store.requests.announce("me");
  assert.deepEqual(asked, [{ kind: "ready", listener: "me" }]);
});
