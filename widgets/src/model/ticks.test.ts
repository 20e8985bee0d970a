import assert from "node:assert/strict";
import { test } from "node:test";
import { ticks } from "./ticks";

test("ticks are round numbers that lie in the range", () => {
  assert.deepEqual(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(3, 47, 4), [10, 20, 30, 40]);
  assert.deepEqual(ticks(1200, 5100, 8), [1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000]);
});

test("ticks of small numbers are as round as they are written", () => {
  assert.deepEqual(ticks(0, 0.5, 5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.deepEqual(ticks(0.00012, 0.00031, 4), [0.00015, 0.0002, 0.00025, 0.0003]);
});

test("there are about as many ticks as wanted", () => {
  for (const length of [0.003, 0.7, 1, 9, 42, 999, 123_456]) {
    for (const wanted of [2, 5, 12]) {
      const found = ticks(length / 7, length / 7 + length, wanted).length;
      assert.ok(found >= Math.floor(wanted / 1.6) && found <= wanted * 1.6 + 1, `${length} ${wanted}: ${found}`);
    }
  }
});

test("a range without a length has no ticks", () => {
  assert.deepEqual(ticks(4, 4, 5), []);
  assert.deepEqual(ticks(5, 4, 5), []);
  assert.deepEqual(ticks(0, Infinity, 5), []);
});
