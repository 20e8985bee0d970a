import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { StackBox } from "./model/messages";
import { TraceStore } from "./model/store";
import { batchOf, DESCRIPTION } from "./testing/batches";
import { crossed } from "./testing/crossed";
import { questionOf } from "./look";
import { LOOK, openPage, type Page } from "./testing/page";
import { PROGRAM } from "./testing/programs";
import { PANELS, View } from "./view";

const graphOf = (numCalls: number) => ({
  calls: Array.from({ length: numCalls }, (_, span) => ({
    span,
    label: "federated_map",
    words: "map",
    value: "3",
    placement: "clients",
    count: 2,
    self_ms: 1,
    failed: false,
    column: span,
    row: 0,
    members: [span],
  })),
  edges: [{ source: 0, target: 1, kind: "flow" as const, passed: [] }],
  hidden: 1,
});
const NAMES = LOOK.panels.map(({ name }) => name);
const TRAFFIC = crossed();
const ROWS = [0, 1, 2].map((id) => ({
  id,
  layer: 0,
  node: 0,
  client: id,
  thread: 0,
  invocation: 0,
  start: id,
  end: 5,
}));

let page: Page;

before(() => {
  page = openPage();
});

/** Opens a view, as a notebook does, and lets it show a trace that is under way. */
function opened(panels: readonly string[], store = new TraceStore(), graph = graphOf(2)): View {
  const view = new View(store, { panels });
  document.body.append(view.root);
  page.appear();
  store.receive(...batchOf(ROWS, 1, { description: { ...DESCRIPTION, graph, traffic: TRAFFIC, program: PROGRAM } }));
  assert.equal(page.nextFrame(), 1);
  return view;
}

test("each panel that is declared has a painter, and no other has", () => {
  assert.deepEqual(Object.keys(PANELS), NAMES);
  assert.deepEqual(
    LOOK.overview.filter((name) => !NAMES.includes(name)),
    [],
  );
});

for (const name of NAMES) {
  test(`nothing is left of the panel ${name} when its view is closed`, () => {
    const before = page.ledger.counts;
    const store = new TraceStore();
    const view = opened([name], store);
    assert.match(view.root.querySelector<HTMLElement>(`[data-panel=${name}]`)?.dataset.summary ?? "", /\d/);
    assert.notDeepEqual(page.ledger.counts, before);
    view.close();
    assert.deepEqual(page.ledger.counts, before);
    assert.equal(store.changes.size, 0);
    assert.equal(document.querySelector(".tffsim"), null);
  });
}

test("each view of a page has a hatching of its own, as that of another may be out of sight", () => {
  const hatching = () => {
    const view = opened(["program"]);
    const name = view.root.querySelector("pattern")?.id;
    assert.equal(view.root.querySelector(".wall")?.getAttribute("fill"), `url(#${name})`);
    view.close();
    return name;
  };
  assert.notEqual(hatching(), hatching());
});

test("a tab says on hover what its panel answers, and what it shows", () => {
  const view = opened(NAMES);
  view.close();
  const tabs = [...view.root.querySelectorAll<HTMLElement>("[role=tab]")].filter(
    (tab) => tab.dataset.tab !== "overview",
  );
  const answers: Record<string, string> = PROGRAM.answers;
  const titleOf = (name: string) => [questionOf(name), answers[name]].filter(Boolean).join("\n");
  assert.deepEqual(
    tabs.map((tab) => tab.title),
    NAMES.map(titleOf),
  );
  assert.ok(NAMES.every((name) => questionOf(name).endsWith("?")));
});

test("a tab answers its question in a few words, which are no part of its name", () => {
  const view = opened(NAMES);
  const tab = view.root.querySelector("[data-tab=clients]");
  const answer = tab?.querySelector(".answer");
  assert.deepEqual([answer?.textContent, answer?.getAttribute("aria-hidden")], ["3 done", "true"]);
  view.close();
});

test("a view that is out of sight, where no frame comes and no size is told, can be drawn all the same", () => {
  const store = new TraceStore();
  const view = new View(store, { panels: ["program"] });
  document.body.append(view.root);
  store.receive(...batchOf(ROWS, 0, { description: { ...DESCRIPTION, program: PROGRAM } }));
  const numBoxes = () => view.root.querySelectorAll("[data-panel=program] svg g").length;
  assert.equal(numBoxes(), 0);
  view.drawNow();
  assert.ok(numBoxes() > 0);
  assert.equal(page.nextFrame(), 0);
  view.close();
});

test("boxes of executors stand as the kernel arranged them, in the widest way for which there is room", () => {
  const executors = ["Top", "A", "A"].map((name, layer) => ({
    ...{ name, role: layer > 0 ? `client ${layer - 1}` : "", placement: "clients" as const },
    ...{ first_client: 0, num_clients: 1, device: "", parent: layer > 0 ? 0 : -1 },
  }));
  const store = new TraceStore();
  const view = new View(store, { panels: ["stack"] });
  const box = (layers: number[], role: string, below: StackBox[] = []) => ({ layers, role, below });
  const stack = [
    { across: 99, boxes: [box([0], "", [box([1], "client 0"), box([2], "client 1")])] },
    { across: 1, boxes: [box([0], "", [box([1, 2], "clients")])] },
  ];
  store.receive(...batchOf(ROWS, 0, { description: { ...DESCRIPTION, executors, stack } }));
  const shown = () =>
    [...view.root.querySelectorAll<HTMLElement>("[role=treeitem]")].map((found) => [
      found.dataset.row,
      found.getAttribute("aria-level"),
      found.querySelector(".role")?.textContent,
    ]);
  page.nextFrame();
  const wide = [
    ["0", "1", ""],
    ["1", "2", "client 0"],
    ["2", "2", "client 1"],
  ];
  assert.deepEqual(shown(), wide);
  document.body.append(view.root);
  page.appear();
  page.nextFrame();
  assert.deepEqual(shown(), [
    ["0", "1", ""],
    ["1", "2", "clients × 2"],
  ]);
  view.close();
});

test("a click takes one executor out of its pile, and its cross puts it back", () => {
  const executors = ["Top", "A", "A"].map((name, layer) => ({
    ...{ name, role: layer > 0 ? `client ${layer - 1}` : "", placement: "" as const },
    ...{ first_client: 0, num_clients: 1, device: "", parent: layer > 0 ? 0 : -1 },
  }));
  const box = (layers: number[], role: string, below: StackBox[] = []) => ({ layers, role, below });
  const stack = [{ across: 1, boxes: [box([0], "", [box([1, 2], "clients")])] }];
  const store = new TraceStore();
  const view = new View(store, { panels: ["stack"] });
  store.receive(...batchOf(ROWS, 0, { description: { ...DESCRIPTION, executors, stack } }));
  page.nextFrame();
  const shown = () =>
    [...view.root.querySelectorAll<HTMLElement>("[role=treeitem]")].map((found) => [
      found.querySelector(".role")?.textContent,
      found.getAttribute("aria-expanded"),
    ]);
  const piled = [
    ["", null],
    ["clients × 2", "false"],
  ];
  assert.deepEqual(shown(), piled);
  view.root.querySelector<HTMLElement>(".many")?.click();
  assert.deepEqual(shown(), [
    ["", null],
    ["client 0", "true"],
    ["client 1", null],
  ]);
  view.root.querySelector<HTMLElement>(".closer")?.click();
  assert.deepEqual(shown(), piled);
  view.close();
});

test("the execution context stands above the executors, the external runtime below them", () => {
  const view = opened(["stack"]);
  const names = [...view.root.querySelectorAll(".tff-around .name")].map((found) => found.textContent);
  assert.deepEqual(names, ["execution context", "EagerTFExecutor", "TensorFlow"]);
  view.close();
});

test("views that come and go leave nothing behind, however often", () => {
  const store = new TraceStore();
  const before = page.ledger.counts;
  for (let k = 0; k < 5; k++) opened(NAMES, store).close();
  assert.deepEqual(page.ledger.counts, before);
  assert.equal(store.changes.size, 0);
});

test("a view that is closed draws no more, not even what it was about to", () => {
  const store = new TraceStore();
  const view = opened(NAMES, store);
  store.selection.select({ kind: "client", client: 1 });
  view.close();
  assert.equal(page.nextFrame(), 0);
  store.receive(...batchOf(ROWS));
  assert.equal(page.nextFrame(), 0);
});

test("a view that is closed again stays closed, and another of the same trace goes on", () => {
  const store = new TraceStore();
  const [view, other] = [opened(NAMES, store), new View(store, { panels: ["stack"] })];
  page.nextFrame();
  view.close();
  view.close();
  assert.equal(store.changes.size, 1);
  store.selection.select({ kind: "client", client: 1 });
  assert.equal(page.nextFrame(), 1);
  other.close();
});

test("many changes are drawn once", () => {
  const store = new TraceStore();
  const view = opened(NAMES, store);
  for (let k = 0; k < 9; k++) store.selection.select({ kind: "client", client: k });
  assert.equal(page.nextFrame(), 1);
  view.close();
});

test("a widget that ends says nothing more to its kernel, and hears nothing more", async () => {
  const before = page.ledger.counts;
  const { default: widget } = await import("./index");
  const listeners = new Set<unknown>();
  const sent: unknown[] = [];
  const model = {
    get: (name: string) => ({ widget_id: "1", panels: NAMES, look: LOOK })[name as "look"],
    on: (_: string, listener: unknown) => listeners.add(listener),
    off: (_: string, listener: unknown) => listeners.delete(listener),
    send: (request: unknown) => sent.push(request),
  };
  const end = widget.initialize({ model });
  const close = widget.render({ model, el: document.body });
  assert.equal(sent.length, 1);
  assert.equal(listeners.size, 1);
  close();
  end();
  assert.deepEqual(page.ledger.counts, before);
  assert.equal(listeners.size, 0);
});

for (const [numCalls, said] of [
  [2, ""],
  [30, "scroll or drag to see the rest"],
] as const) {
  test(`a graph of ${numCalls} calls ${said ? "says that it goes on" : "is seen whole"}`, () => {
    const view = opened(["graph"], new TraceStore(), graphOf(numCalls));
    const hint = view.root.querySelector<HTMLElement>(".tff-hint");
    assert.equal(hint?.hidden === false ? hint.textContent : "", said);
    view.close();
  });
}
