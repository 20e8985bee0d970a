import assert from "node:assert/strict";
import { test } from "node:test";
import { count, dataSize, duration } from "./units";

test("times have three digits and a unit", () => {
  const times = [0.0000005, 0.0125, 1.25, 99.96, 1234];
  assert.deepEqual(times.map(duration), ["1 ns", "12.5 µs", "1.25 ms", "100 ms", "1.23 s"]);
  assert.equal(duration(0), "0 ns");
});

test("sizes have three digits and a unit; bytes are whole", () => {
  assert.deepEqual([0, 12, 18720, 2.5e6, 3e9].map(dataSize), ["0 B", "12 B", "18.7 kB", "2.50 MB", "3.00 GB"]);
});

test("what would be a thousand of a unit is one of the next", () => {
  assert.deepEqual(
    [0.9994, 999.4, 999.6].map((ms) => duration(ms)),
    ["999 µs", "999 ms", "1.00 s"],
  );
  assert.deepEqual([999, 999_400, 999_600].map(dataSize), ["999 B", "999 kB", "1.00 MB"]);
});

test("numbers below zero keep their sign", () => {
  assert.deepEqual([-2, -1e-9].map(duration), ["-2.00 ms", "0 ns"]);
});

test("thousands stand apart", () => {
  assert.deepEqual([7, 999, 1000, 1234567].map(count), ["7", "999", "1\u2009000", "1\u2009234\u2009567"]);
});
