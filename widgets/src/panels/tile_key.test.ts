import assert from "node:assert/strict";
import { before, test } from "node:test";
import { setLook } from "../look";
import type { Measure } from "../model/measures";
import { NUMBER_SIZE, PICTURE_SIZE } from "../model/tile_places";
import { MEASURE } from "../testing/measures";
import { LOOK, openPage } from "../testing/page";
import { coloursOf } from "../theme";
import { tileKey } from "./tile_key";
import { Scales } from "./tile_painter";

before(() => {
  openPage();
  setLook(LOOK);
});

const told = (size: number, measure: Partial<Measure> = {}) =>
  tileKey(new Scales({ ...MEASURE, ...measure }), size, coloursOf(document.body)).map((entry) => entry.textContent);

test("each mark of a tile has an entry in the key", () => {
  assert.deepEqual(told(NUMBER_SIZE), [
    "n: examples",
    "its numbers, low to high",
    "norm, over the last 2 rounds",
    "dot: distance from the mean; tick: median",
  ]);
});

test("what tiles do not draw is not in their key", () => {
  assert.deepEqual(told(PICTURE_SIZE, { history: [], distances: [0, 0] }), ["its numbers, low to high"]);
  assert.deepEqual(told(NUMBER_SIZE, { history: [], cells: [], distances: [], examples: [] }), []);
});

test("of tiles that have only a colour, the key is its scale", () => {
  const [entry] = tileKey(new Scales(MEASURE), PICTURE_SIZE - 1, coloursOf(document.body));
  assert.equal(entry?.textContent, "norm 24");
  assert.equal(entry?.querySelectorAll("rect").length, 6);
});
