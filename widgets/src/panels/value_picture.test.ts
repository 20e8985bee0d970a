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
  const [first] = valuePicture({ lines: [], grid, cells, is_sampled: false }, coloursOf(document.body));
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

function histogramOf(cells: (number | null)[]): { heights: number[]; told: string; numRed: number } {
  const colours = coloursOf(document.body);
  const pictures = valuePicture({ lines: [], grid: [1, cells.length], cells, is_sampled: false }, colours);
  const bars = [...(pictures[1]?.querySelectorAll("rect") ?? [])].slice(0, -1);
  return {
    heights: bars.map((bar) => Number(bar.getAttribute("height"))),
    told: pictures[1]?.textContent ?? "",
    numRed: bars.filter((bar) => bar.getAttribute("fill") === colours.red).length,
  };
}

test("of many numbers it is drawn how often each part of their scale occurs", () => {
  const { heights, told } = histogramOf([...Array.from({ length: 9 }, () => 1), 17.5]);
  assert.deepEqual([heights.length, heights[0], heights[1], heights[15]], [16, 1, 0, 1 / 9]);
  assert.equal(told, "1 … 17.5up to 9 times");
  assert.deepEqual(histogramOf([1, 2, 3]).heights, []);
});

test("of few whole numbers each has a bar", () => {
  assert.deepEqual(histogramOf([3, 4, 4, 5, 5, 5, 5, 3]).heights, [0.5, 0.5, 1]);
});

test("what is not finite has a bar apart, and a rare number one that is seen", () => {
  const { heights, numRed } = histogramOf([...Array.from({ length: 99 }, () => 0), 1, null]);
  assert.deepEqual([heights.length, numRed], [3, 1]);
  assert.ok(heights.slice(1).every((height) => height > 1 / 99));
});

test("where all numbers are alike, or none is finite, it is said and no histogram is drawn", () => {
  const ten = <T>(cell: T) => Array.from({ length: 10 }, () => cell);
  assert.equal(drawn([1, 10], ten(3)).told, "all are 3");
  assert.equal(drawn([1, 10], ten(null)).told, "none is finite");
  assert.deepEqual(histogramOf([...ten(3), null]), { heights: [1, 0.1], told: "3up to 10 times", numRed: 1 });
  assert.deepEqual([histogramOf(ten(3)).heights, histogramOf(ten(null)).heights], [[], []]);
});

test("where only a part of the numbers is drawn, it is said", () => {
  const value = { lines: [], grid: [1, 3], cells: [1, 2, 3], is_sampled: true };
  assert.equal(valuePicture(value, coloursOf(document.body))[0]?.textContent, "1 … 3sampled");
});

test("of a number nothing is drawn", () => {
  assert.deepEqual(drawn([0, 0], []).rects, []);
});
