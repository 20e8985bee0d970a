// What Python says of a small trace, read here: `tests/contract/messages.py` wrote it, with the sums that it found.

import assert from "node:assert/strict";
import { test } from "node:test";
import told from "../../../tests/contract/messages.json";
import type { Batch } from "./messages";
import { unpacked } from "./packing";
import { OPERATIONS, OUTCOMES } from "./schema";
import { TraceStore } from "./store";
import { dataSize, duration } from "./units";

type Told = typeof told;
type Sums = Told["sums"];

function storeOf(messages: Told["all_at_once"] | Told["live"]): TraceStore {
  const store = new TraceStore();
  for (const { content, buffers } of messages) store.receive(content as Batch, buffers.map(bytesOf));
  return store;
}

function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}

/** Says of a store what Python says of the trace; times are compared apart. */
function sumsOf({ columns, legend, sums }: TraceStore): Sums {
  const spans = [...Array(columns.count).keys()];
  const counted = (words: readonly string[], of: (span: number) => number) =>
    Object.fromEntries(words.map((word, k) => [word, spans.filter((span) => of(span) === k).length]));
  const bytes: Record<string, number> = {};
  for (const direction of Object.keys(told.sums.bytes_per_direction)) {
    const rows = (legend.traffic?.bars ?? []).filter((bar) => bar.direction.replace(" to ", " → ") === direction);
    bytes[direction] = rows.reduce((sum, { size }) => sum + size, 0);
  }
  const scalars = spans.flatMap((span) => columns.scalar(span) ?? []);
  return {
    spans_per_operation: counted(OPERATIONS, (span) => columns.operation(span)) as Sums["spans_per_operation"],
    outcomes: counted(OUTCOMES, (span) => columns.outcome(span)) as Sums["outcomes"],
    milliseconds_per_executor: legend.executors.map((_, k) => sums.layers.of(k).time),
    bytes_per_direction: bytes as Sums["bytes_per_direction"],
    num_scalars: scalars.length,
    num_nan: scalars.filter((scalar) => Number.isNaN(scalar)).length,
    num_infinite: scalars.filter((scalar) => Math.abs(scalar) === Number.POSITIVE_INFINITY).length,
  };
}

/** Compares times to within what rounding may cost, in milliseconds. */
function assertSame(found: Sums, within: number): void {
  const { milliseconds_per_executor: times, ...others } = found;
  const { milliseconds_per_executor: expected, ...rest } = told.sums;
  assert.deepEqual(others, rest);
  assert.equal(times.length, expected.length);
  for (const [k, time] of times.entries()) assert.ok(Math.abs(time - (expected[k] ?? NaN)) <= within, `executor ${k}`);
}

test("a view that comes late finds the sums that Python finds", () => {
  assertSame(sumsOf(storeOf(told.all_at_once)), 1e-6);
});

test("a view that was there all the time finds them, too", () => {
  const [first] = told.live;
  const running = storeOf(first === undefined ? [] : [first]);
  const { spans_per_operation: begun, outcomes } = sumsOf(running);
  assert.ok(outcomes.running > 0 && begun.invoke > 0);
  assertSame(sumsOf(storeOf(told.live)), 1e-6);
});

test("a page has the same sums, its times rounded", async () => {
  const [message] = told.all_at_once;
  const { count, columns } = told.page;
  const store = new TraceStore();
  store.receive({ ...message?.content, count } as Batch, await unpacked(columns, count));
  assertSame(sumsOf(store), count * 2e-4);
});

test("times and sizes are told in the same words", () => {
  for (const [number, text] of told.durations as [number, string][]) assert.equal(duration(number / 1e6), text);
  for (const [number, text] of told.sizes as [number, string][]) assert.equal(dataSize(number), text);
});
