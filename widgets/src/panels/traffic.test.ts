import assert from "node:assert/strict";
import { before, test } from "node:test";
import { crossed } from "../testing/crossed";
import { batchOf, DESCRIPTION } from "../testing/batches";
import { openPage } from "../testing/page";
import { TraceStore } from "../model/store";
import { TrafficPanel } from "./traffic";

before(() => {
  openPage();
});

function opened(numClients = 3): { panel: TrafficPanel; store: TraceStore } {
  const store = new TraceStore();
  store.receive(...batchOf([{}], 0, { description: { ...DESCRIPTION, traffic: crossed(numClients) } }));
  const panel = new TrafficPanel(store);
  panel.draw();
  return { panel, store };
}

function click(panel: TrafficPanel, selector: string): void {
  const found = panel.root.querySelector<HTMLElement>(selector);
  assert.ok(found, selector);
  found.click();
  panel.draw();
}

test("each crossing of a client is an envelope", () => {
  const { panel } = opened();
  assert.equal(panel.root.querySelectorAll("button.letter").length, 6);
  assert.equal(panel.root.querySelectorAll(".letter .sealed").length, 3);
});

test("a click opens the bytes and the numbers that the server can read", () => {
  const { panel, store } = opened();
  click(panel, '[data-letter="7 1"]');
  const card = panel.root.querySelector(".card")?.textContent ?? "";
  for (const told of ["00 00 98 41", "value · float32", "t.value(11)"]) assert.ok(card.includes(told), told);
  assert.deepEqual(store.selection.last, { kind: "crossing", node: 7, client: 1 });
  assert.equal(panel.root.querySelector('[aria-pressed="true"]')?.getAttribute("data-letter"), "7 1");
});

test("a sealed envelope shows the total and not the value of the client", () => {
  const { panel } = opened();
  click(panel, '[data-letter="9 2"]');
  const card = panel.root.querySelector(".card")?.textContent ?? "";
  assert.ok(card.includes("t.value(91)"));
  assert.ok(!card.includes("t.value(52)"));
});

test("the clients beyond a dozen are a pile", () => {
  const { panel } = opened(1000);
  assert.match(panel.root.querySelector(".pile")?.textContent ?? "", /× 996/);
});

test("what protects nobody, and what is not encrypted, is said", () => {
  const { panel, store } = opened();
  const traffic = { ...crossed(), warnings: ["hides nothing"] };
  store.receive(...batchOf([], 0, { description: { traffic } }));
  panel.draw();
  assert.ok(panel.root.querySelector(".warning")?.textContent?.includes("▲ hides nothing"));
  assert.ok(panel.root.textContent?.includes("A simulation encrypts nothing."));
});

test("arrows turn to the next letter", () => {
  const { panel, store } = opened();
  click(panel, '[data-letter="7 1"]');
  const frame = panel.root.querySelector(".tff-cut");
  frame?.dispatchEvent(
    new (window as never as { KeyboardEvent: typeof KeyboardEvent }).KeyboardEvent("keydown", { key: "ArrowRight" }),
  );
  assert.deepEqual(store.selection.last, { kind: "crossing", node: 9, client: 1 });
});

test("a bar opens what the server got of all", () => {
  const { panel, store } = opened();
  click(panel, ".bars button");
  assert.deepEqual(store.selection.last, { kind: "crossing", node: 7, client: -1 });
});
