import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut } from "../../model/lanes";
import { storeOf } from "../../testing/batches";
import { Actions } from "./actions";
import { pressKey } from "./keys";
import { Viewport } from "./viewport";

const ROWS = [
  { id: 0, thread: 0, start: 0, end: 10 },
  { id: 1, parent: 0, thread: 0, start: 1, end: 5 },
  { id: 2, parent: 1, thread: 0, start: 2, end: 3 },
  { id: 3, parent: 0, thread: 0, start: 7, end: 8 },
];

function timeline() {
  const store = storeOf(ROWS, 0, { now: 10 });
  const lanes = layOut(store, "thread");
  const viewport = new Viewport(() => store.progress.extent);
  viewport.fit(1000, 300, lanes.titles.length);
  const draws = { count: 0 };
  const actions = new Actions(
    store,
    viewport,
    () => lanes,
    () => (draws.count += 1),
  );
  return { store, viewport, actions, draws };
}

function press(actions: Actions, key: string, others: object = {}): boolean {
  const event = { key, ctrlKey: false, metaKey: false, isTaken: false, ...others };
  const taken = { ...event, preventDefault: () => (taken.isTaken = true) };
  pressKey(taken as unknown as KeyboardEvent, actions);
  return taken.isTaken;
}

test("arrows go to the spans beside, around and inside the selected one", () => {
  const { store, actions } = timeline();
  const after = (key: string) => {
    press(actions, key);
    return store.selection.marks.span;
  };
  assert.deepEqual(["ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp"].map(after), [0, 1, 3, 0]);
  assert.deepEqual(["ArrowUp", "ArrowLeft"].map(after), [0, 0]);
  assert.deepEqual(["ArrowDown", "ArrowDown", "ArrowDown"].map(after), [1, 2, 2]);
});

test("zooming and panning draw anew and tell nobody else", () => {
  const { store, viewport, actions, draws } = timeline();
  const { version } = store.changes;
  for (const key of ["+", "d", "a", "-"]) press(actions, key);
  assert.equal(draws.count, 4);
  assert.equal(store.changes.version, version);
  assert.equal(viewport.isWhole, false);
});

test("what is seen can be brushed, and seeing all ends the brush", () => {
  const { store, viewport, actions } = timeline();
  press(actions, "+");
  press(actions, "b");
  assert.deepEqual(store.selection.range, viewport.shown);
  press(actions, "0");
  assert.deepEqual([store.selection.range, viewport.isWhole], [null, true]);
});

test("dragging shows another part of time only where not all of it is seen", () => {
  const { viewport, actions } = timeline();
  actions.moveTo(0, [5, 15]);
  assert.equal(viewport.isWhole, true);
  actions.zoomIn();
  actions.moveTo(0, [4, 6]);
  assert.deepEqual(viewport.shown, [4, 6]);
});

test("other keys, and those of the browser, are left alone", () => {
  const { actions, draws } = timeline();
  assert.equal(press(actions, "x"), false);
  assert.equal(press(actions, "+", { ctrlKey: true }), false);
  assert.equal(press(actions, "0", { metaKey: true }), false);
  assert.equal(draws.count, 0);
  assert.equal(press(actions, "="), true);
});

test("a click beside all spans selects nothing", () => {
  const { store, actions } = timeline();
  actions.select(2);
  actions.select(undefined);
  assert.equal(store.selection.marks.span, -1);
});
