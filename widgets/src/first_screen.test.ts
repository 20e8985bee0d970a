import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import type { Description, SourceRow } from "./model/messages";
import type { Program } from "./model/program";
import { TraceStore } from "./model/store";
import { batchOf, DESCRIPTION, type Row } from "./testing/batches";
import { openPage, type Page } from "./testing/page";
import { PROGRAM } from "./testing/programs";
import { View } from "./view";

let page: Page;
let open: View[] = [];

afterEach(() => {
  for (const view of open) view.close();
  open = [];
});

before(() => {
  page = openPage();
});

/** Shows a trace, by default a finished one, until the test ends. */
function shown(description: Description, rows: Row[] = [{ id: 0, end: 5 }], finished = true): View {
  const store = new TraceStore();
  const view = new View(store, { panels: ["program", "source"] });
  document.body.append(view.root);
  page.appear();
  store.receive(...batchOf(rows, 0, { finished, description: { ...DESCRIPTION, ...description } }));
  page.nextFrame();
  open.push(view);
  return view;
}

const textsOf = (view: View, selector: string) =>
  [...view.root.querySelectorAll(selector)].map((found) => found.textContent?.trim() ?? "");
const returning = (values: [string, string][]): Program => ({
  ...PROGRAM,
  results: values.map(([name, value]) => ({ name, value, lane: "server", column: 3, row: 0 })),
});

test("each result stands on a line with its name", () => {
  const view = shown({
    program: returning([
      ["model", "[1, 2]"],
      ["loss", "0.5"],
    ]),
  });
  assert.deepEqual(textsOf(view, ".tff-result .values > div"), ["model[1, 2]", "loss0.5"]);
  assert.equal(view.root.querySelector(".tff-result")?.classList.contains("wrong"), false);
});

test("only before the first call it is said that there was none", () => {
  const told = (description: Description) =>
    shown(description, [{ id: 0, end: 5 }], false).root.querySelector<HTMLElement>(".tff-program .tff-empty");
  const [before, begun] = [told({ program: null, invocations: [] }), told({ program: null })];
  assert.deepEqual(
    [before?.hidden, before?.textContent, begun?.hidden],
    [false, "No computation was called yet.", true],
  );
});

test("where no result came out, it is said where the result stands", () => {
  const result = shown({ program: returning([["", ""]]) }).root.querySelector<HTMLElement>(".tff-result");
  assert.deepEqual([result?.hidden, result?.title, result?.classList.contains("wrong")], [false, "no result", true]);
});

test("the picture says what its numbers are of, if there are several rounds", () => {
  const scope = ["numbers of all 3 rounds, values of the last", "all 3 rounds"];
  assert.equal(
    textsOf(shown({ program: { ...PROGRAM, scope } }), "svg text").filter((t) => scope.includes(t)).length,
    1,
  );
  assert.ok(!textsOf(shown({ program: PROGRAM }), "svg text").some((text) => scope.includes(text)));
});

test("the clock counts what calls took, and not what is between them", () => {
  const invocations = [0, 1].map((span) => ({ span, name: "f", root: 0, cardinalities: { CLIENTS: 3 } }));
  const rows = [
    { id: 0, start: 0, end: 2 },
    { id: 1, start: 7, end: 10 },
  ];
  assert.deepEqual(textsOf(shown({ program: PROGRAM, invocations }, rows), ".clock"), ["5.00 ms"]);
});

const ROW: SourceRow = {
  function: 0,
  line: 1,
  is_passed_on: false,
  at_clients: false,
  nodes: [],
  elapsed: 1e6,
  done: 1,
  failed: 0,
  cancelled: 0,
  running: 0,
  expected: 1,
  letters: 0,
  size: 0,
  crosses_to: "",
  notes: [],
  marks: [],
};
const TEXT = "def f(x):\n  a = 1\n  b = 2\n  c = 3\n  d = 4\n  y = send(x)\n  return total(y)";
const SOURCE: Description = {
  program: PROGRAM,
  functions: [{ name: "f", file: "f.py", line: 1, text: TEXT }],
  source: [
    ROW,
    { ...ROW, line: 6, letters: 3, size: 12, crosses_to: "clients" },
    { ...ROW, line: 7, letters: 3, size: 24, crosses_to: "server" },
  ],
};

test("the first line of a function tells all that crossed in it", () => {
  assert.deepEqual(textsOf(shown(SOURCE), ".tff-code:not(.head, .folded) .crossed"), [
    "↓ 12 B\n↑ 24 B",
    "↓ 12 B",
    "↑ 24 B",
  ]);
});

test("lines of which nothing is told are one line until it is clicked", () => {
  const view = shown(SOURCE);
  const lines = () => textsOf(view, ".tff-code:not(.head) code");
  assert.deepEqual(lines(), ["def f(x):", "⋯ 4 lines", "y = send(x)", "return total(y)"]);
  view.root.querySelector<HTMLElement>(".folded")?.click();
  assert.deepEqual(lines().slice(0, 3), ["def f(x):", "a = 1", "b = 2"]);
});
