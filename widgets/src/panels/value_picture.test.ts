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
  const [picture, told] = valuePicture({ lines: [], grid, cells }, coloursOf(document.body));
  return { rects: [...((picture as Element | undefined)?.children ?? [])], told: told?.textContent ?? "" };
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

test("of a number nothing is drawn", () => {
  assert.deepEqual(drawn([0, 0], []).rects, []);
});
