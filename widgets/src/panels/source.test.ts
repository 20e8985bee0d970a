import assert from "node:assert/strict";
import { before, test } from "node:test";
import { batchOf, DESCRIPTION } from "../testing/batches";
import { openPage } from "../testing/page";
import type { SourceRow } from "../model/messages";
import { TraceStore } from "../model/store";
import { SourcePanel } from "./source";

const TRAIN = { name: "train", file: "fit.py", line: 3, text: "def train(x):\n  return x + 1\n" };
const ROW: SourceRow = {
  function: 0,
  line: 4,
  is_passed_on: false,
  at_clients: true,
  nodes: [0],
  elapsed: 2e6,
  done: 0,
  failed: 0,
  cancelled: 0,
  running: 4,
  expected: 6,
  letters: 0,
  size: 0,
  crosses_to: "",
  notes: ["x + 1 = 3"],
  marks: [],
};

before(() => {
  openPage();
});

function told(panel: SourcePanel, store: TraceStore, row: Partial<SourceRow>): string[] {
  const description = { ...DESCRIPTION, functions: [TRAIN], source: [{ ...ROW, ...row }] };
  store.receive(...batchOf([{}], 0, { description }));
  panel.draw();
  return [...panel.root.querySelectorAll('[data-line="4"] :is(.time, .runs)')].map((cell) => cell.textContent ?? "");
}

test("numbers of a line follow what happens, also where nothing else of it changes", () => {
  const store = new TraceStore();
  const panel = new SourcePanel(store);
  assert.deepEqual(told(panel, store, {}), ["2.00 ms", "4 now"]);
  const line = panel.root.querySelector('[data-line="4"]');
  assert.ok(line !== null && line.classList.contains("running"));
  assert.deepEqual(told(panel, store, { elapsed: 5e6, running: 0, done: 6 }), ["5.00 ms", "× 6"]);
  assert.equal(panel.root.querySelector('[data-line="4"]'), line);
  assert.ok(!line.classList.contains("running"));
});

test("a line that was done for fewer than it should have been says for how many", () => {
  const store = new TraceStore();
  assert.deepEqual(told(new SourcePanel(store), store, { running: 0, done: 2, cancelled: 2 }), ["2.00 ms", "4 of 6"]);
});
