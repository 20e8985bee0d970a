import assert from "node:assert/strict";
import { before, test } from "node:test";
import { LOOK, openPage } from "../testing/page";
import { setLook } from "../look";
import { coloursOf } from "../theme";
import { valuePicture } from "./value_picture";

before(() => {
  openPage();
  setLook(LOOK);
});

function drawn(grid: number[], cells: (number | null)[]): { rects: Element[]; told: string } {
  const [first] = valuePicture({ lines: [], grid, cells }, coloursOf(document.body));
  return { rects: [...(first?.querySelectorAll("rect") ?? [])], told: first?.textContent ?? "" };
}

test("a matrix is a picture of its rows, and what is not finite is red", () => {
  const { rects, told } = drawn([2, 2], [0, 1, null, 4]);
  assert.deepEqual(
    rects.map((rect) => rect.getAttribute("y")),
    ["0", "0", "1", "1"],
  );
  assert.equal(rects[2]?.getAttribute("fill"), coloursOf(document.body).red);
  assert.equal(told, "0 … 4");
});

test("bars of a vector begin at zero", () => {
  const { rects } = drawn([1, 3], [1, -1, 2]);
  const edges = rects.map((rect) => ["y", "height"].map((name) => Number(rect.getAttribute(name)).toFixed(2)));
  assert.deepEqual(edges, [
    ["0.33", "0.33"],
    ["0.67", "0.33"],
    ["0.00", "0.67"],
  ]);
});

test("of many numbers it is drawn how often each part of their scale occurs", () => {
  const cells = [...Array.from({ length: 9 }, () => 1), null, 17];
  const [, histogram] = valuePicture({ lines: [], grid: [1, 11], cells }, coloursOf(document.body));
  const heights = [...(histogram?.querySelectorAll("rect") ?? [])].map((bar) => Number(bar.getAttribute("height")));
  assert.deepEqual([heights.length, heights[0], heights[1], heights[15]], [16, 1, 0, 1 / 9]);
  assert.equal(valuePicture({ lines: [], grid: [1, 3], cells: [1, 2, 3] }, coloursOf(document.body)).length, 1);
});

test("of a number nothing is drawn", () => {
  assert.deepEqual(drawn([0, 0], []).rects, []);
});
