import assert from "node:assert/strict";
import { test } from "node:test";
import {
  binsOf,
  differenceOf,
  greatestFirst,
  histogramOf,
  meanOf,
  medianOf,
  normOf,
  spanOf,
  stepOf,
  written,
} from "./measures";

test("a scale goes from the least to the greatest, and leaves out what is no number", () => {
  assert.deepEqual(spanOf([3, null, -1, 2]), [-1, 3]);
  assert.deepEqual(spanOf([null]), [0, 0]);
});

test("a scale has steps, and a scale of one number is in the middle of them", () => {
  assert.deepEqual(
    [0, 1, 4, 9, 10].map((number) => stepOf(number, [0, 10], 5)),
    [0, 0, 2, 4, 4],
  );
  assert.equal(stepOf(7, [7, 7], 6), 3);
});

test("a histogram counts every number once", () => {
  const counts = histogramOf([0, 1, 2, 3, null, 10], [0, 10], 5);
  assert.deepEqual(counts, [2, 2, 0, 0, 1]);
});

test("median and mean are of the known numbers", () => {
  assert.equal(medianOf([5, null, 1, 3]), 3);
  assert.equal(meanOf([1, null, 3]), 2);
  assert.equal(medianOf([]), null);
  assert.equal(meanOf([null]), null);
});

test("a difference is told cell by cell, and all together", () => {
  const apart = differenceOf([3, 5], [0, 1]);
  assert.deepEqual(apart, [3, 4]);
  assert.equal(normOf(apart), 5);
  assert.ok(Number.isNaN(differenceOf([null], [1])[0]));
});

test("numbers have four digits", () => {
  assert.deepEqual([0.123456, 12345.6, null, Number.NaN].map(written), ["0.1235", "12350", "–", "–"]);
});

test("the greatest number comes first, the same ones in their order, and what is none last", () => {
  assert.deepEqual(greatestFirst([1, null, 3, 1, undefined]), [2, 0, 3, 1, 4]);
});

test("of few whole numbers each has a part of a scale of its own", () => {
  const dividing = (numbers: (number | null)[]) => binsOf(numbers, spanOf(numbers), 6);
  assert.deepEqual([dividing([2, null, 5, 5]), dividing([0, 6]), dividing([0, 0.5]), dividing([1, 1])], [4, 6, 6, 1]);
  assert.deepEqual(histogramOf([2, 3, 4, 5, 5], [2, 5], 4), [1, 1, 1, 2]);
});
