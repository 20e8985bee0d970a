import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { unpacked } from "./packing";
import { INT_COLUMNS, TIME_COLUMNS } from "./schema";

const packed = (bytes: number[]) => deflateSync(Uint8Array.from(bytes)).toString("base64");

test("columns are sums of differences, whose bytes come lowest first", async () => {
  // 1, 0, 300 are 1, -1 and 300 more: 2, 1 and 600, of two bytes each.
  const first = [2, 1, 600 % 256, 0, 0, 600 >> 8];
  const others = [...INT_COLUMNS, ...TIME_COLUMNS].slice(1).flatMap(() => [2, 0, 0]);
  const widths = [2, ...[...INT_COLUMNS, ...TIME_COLUMNS].slice(1).map(() => 1)];
  const page = { widths, whole: packed([...first, ...others]), optional: packed([]), counts: [0] };
  const [ints, times, scalars = new ArrayBuffer(8)] = await unpacked(page, 3);
  assert.deepEqual([...new Int32Array(ints)].slice(0, 6), [1, 0, 300, 1, 1, 1]);
  assert.deepEqual([...new Float64Array(times)].slice(0, 3), [0.000125, 0.000125, 0.000125]);
  assert.equal(scalars.byteLength, 0);
});

test("numbers that some spans have come as they are", async () => {
  const numbers = [Number.NaN, -0.1, Number.POSITIVE_INFINITY];
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  const planes = [...Array(8).keys()].flatMap((byte) => numbers.map((_, row) => bytes[row * 8 + byte] ?? 0));
  const widths = [...INT_COLUMNS, ...TIME_COLUMNS].map(() => 1);
  const page = { widths, whole: packed([]), optional: packed(planes), counts: [3] };
  const [, , scalars = new ArrayBuffer(0)] = await unpacked(page, 0);
  assert.deepEqual([...new Float64Array(scalars)], numbers);
});
