import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openPage } from "../testing/page";
import { PanZoom, type Placing } from "./pan_zoom";

before(() => {
  openPage();
});

const LIMITS = [0.5, 4] as const;

function picture() {
  const frame = document.createElement("div");
  const box = document.createElement("button");
  frame.append(box);
  document.body.append(frame);
  const told: boolean[] = [];
  const clicks: string[] = [];
  const panZoom = new PanZoom(frame, {
    limits: LIMITS,
    moved: (_, isByHand) => told.push(isByHand),
    doubleClicked: () => clicks.push("double"),
  });
  box.addEventListener("click", () => clicks.push("box"));
  const pointer = (kind: string, x: number, y: number, others: object = {}) => {
    const event = new window.PointerEvent(`pointer${kind}`, {
      ...{ clientX: x, clientY: y, pointerId: 1, pointerType: "touch", bubbles: true },
      ...others,
    });
    box.dispatchEvent(event);
  };
  const send = (kind: string, target: HTMLElement = frame) =>
    target.dispatchEvent(new window.MouseEvent(kind, { bubbles: true }));
  const wheel = (deltaY: number, others: object = {}) => {
    const init = { clientX: 100, clientY: 50, ctrlKey: true, cancelable: true, ...others };
    const event = Object.assign(new window.MouseEvent("wheel", init), { deltaY, deltaMode: 0, ...others });
    frame.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { panZoom, box, told, clicks, pointer, send, wheel };
}

function assertPlaced({ x, y, scale }: Placing, expected: [number, number, number]): void {
  for (const [k, found] of [x, y, scale].entries())
    assert.ok(Math.abs(found - (expected[k] ?? NaN)) < 1e-9, `${found}`);
}

test("a drag moves the picture as far as the pointer, and is told as made by hand", () => {
  const { panZoom, told, pointer } = picture();
  pointer("down", 10, 10);
  pointer("move", 30, 15);
  pointer("move", 40, 5);
  assertPlaced(panZoom.placing, [30, -5, 1]);
  pointer("up", 40, 5);
  pointer("move", 90, 90);
  assertPlaced(panZoom.placing, [30, -5, 1]);
  assert.deepEqual(told, [true, true]);
});

test("a click that trembles is a click, and the end of a drag is none", () => {
  const { panZoom, box, clicks, pointer, send } = picture();
  const clickAfter = (x: number) => {
    pointer("down", 10, 10);
    pointer("move", x, 10);
    pointer("up", x, 10);
    send("click", box);
  };
  clickAfter(12);
  assertPlaced(panZoom.placing, [0, 0, 1]);
  assert.deepEqual(clicks, ["box"]);
  clickAfter(50);
  assert.deepEqual(clicks, ["box"]);
  clickAfter(10);
  assert.deepEqual(clicks, ["box", "box"]);
});

test("only the first button of a mouse drags, and only until it is up, wherever that is", () => {
  const { panZoom, pointer } = picture();
  pointer("down", 0, 0, { pointerType: "mouse", button: 2, buttons: 2 });
  pointer("move", 50, 50, { pointerType: "mouse", buttons: 2 });
  assertPlaced(panZoom.placing, [0, 0, 1]);
  pointer("down", 0, 0, { pointerType: "mouse", buttons: 1 });
  pointer("move", 50, 50, { pointerType: "mouse", buttons: 1 });
  pointer("move", 90, 90, { pointerType: "mouse", buttons: 0 });
  assertPlaced(panZoom.placing, [50, 50, 1]);
});

test("two fingers enlarge what is between them and carry it along, and one that stays drags on", () => {
  const { panZoom, pointer } = picture();
  pointer("down", 90, 50);
  pointer("down", 110, 50, { pointerId: 2 });
  pointer("move", 130, 50, { pointerId: 2 });
  // 100 was between them, and is now at 110, twice as large.
  assertPlaced(panZoom.placing, [-90, -50, 2]);
  pointer("up", 90, 50);
  pointer("move", 140, 60, { pointerId: 2 });
  assertPlaced(panZoom.placing, [-80, -40, 2]);
  pointer("cancel", 140, 60, { pointerId: 2 });
  pointer("move", 0, 0, { pointerId: 2 });
  assertPlaced(panZoom.placing, [-80, -40, 2]);
});

test("the wheel zooms with ctrl or meta only, about the pointer, and at most doubles", () => {
  const { panZoom, wheel } = picture();
  assert.equal(wheel(-50, { ctrlKey: false }), false);
  assertPlaced(panZoom.placing, [0, 0, 1]);
  assert.equal(wheel(-50), true);
  assertPlaced(panZoom.placing, [-100, -50, 2]);
  assert.equal(wheel(500, { ctrlKey: false, metaKey: true }), true);
  assertPlaced(panZoom.placing, [0, 0, 1]);
  wheel(-400);
  assertPlaced(panZoom.placing, [-100, -50, 2]);
  wheel(50);
  wheel(-2, { deltaMode: 1 });
  assertPlaced(panZoom.placing, [-100, -50, 2]);
});

test("the scale stays within its limits, and what is zoomed about stays where it is", () => {
  const { panZoom } = picture();
  panZoom.zoomBy(100, [10, 20]);
  assertPlaced(panZoom.placing, [-30, -60, 4]);
  panZoom.zoomBy(1e-6, [10, 20]);
  assertPlaced(panZoom.placing, [5, 10, 0.5]);
  panZoom.zoomBy(2);
  assertPlaced(panZoom.placing, [10, 20, 1]);
});

test("what a program shows is not told as made by hand", () => {
  const { panZoom, told } = picture();
  panZoom.show({ x: 3, y: 4, scale: 0.1 });
  assertPlaced(panZoom.placing, [3, 4, 0.1]);
  assert.deepEqual(told, [false]);
});

test("a double click counts on the ground, and not on a box", () => {
  const { box, clicks, send } = picture();
  send("dblclick", box);
  assert.deepEqual(clicks, []);
  send("dblclick");
  assert.deepEqual(clicks, ["double"]);
});
