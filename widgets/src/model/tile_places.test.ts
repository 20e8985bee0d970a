import assert from "node:assert/strict";
import { test } from "node:test";
import { PICTURE_SIZE, TilePlaces } from "./tile_places";

function fitted(width: number, height: number, count: number): TilePlaces {
  const places = new TilePlaces();
  places.fit(width, height, count);
  return places;
}

test("tiles are as large as there is room for", () => {
  const places = fitted(400, 300, 12);
  assert.deepEqual([places.columns, places.perTile], [4, 1]);
  const [x, y] = places.cornerOf(11);
  assert.ok(x + places.size <= 400 && y + places.size <= 300);
  assert.ok(4 * (places.size + 1) + 12 > 400 || 3 * (places.size + 1) + 8 > 300);
});

test("where one tile for each is too many, a tile is several clients", () => {
  const places = fitted(300, 60, 1000);
  assert.equal(places.numTiles, Math.ceil(1000 / places.perTile));
  assert.ok(places.perTile > 1);
});

test("what is under the pointer is a tile, or nothing", () => {
  const places = fitted(400, 300, 10);
  assert.equal(places.at(...places.cornerOf(9)), 9);
  assert.equal(places.at(399, 299), -1);
  assert.equal(fitted(400, 300, 0).at(1, 1), -1);
});

test("tiles do not grow and shrink in turn, because the key of larger ones takes their room", () => {
  const places = fitted(400, 85, 12);
  assert.ok(places.size < PICTURE_SIZE);
  places.fit(400, 130, 12);
  assert.ok(places.size < PICTURE_SIZE);
  places.fit(400, 200, 12);
  assert.ok(places.size >= PICTURE_SIZE);
});

test("other clients may have larger tiles at once", () => {
  const places = fitted(400, 85, 12);
  places.fit(400, 130, 3);
  assert.ok(places.size >= PICTURE_SIZE);
});
