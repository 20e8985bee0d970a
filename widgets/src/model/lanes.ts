// Where spans are drawn in a timeline: which lane, and how deep inside it.

import { UNKNOWN } from "./messages";
import type { TraceStore } from "./store";

export interface Bar {
  span: number;
  row: number;
  start: number;
  end: number;
}

export interface Lanes {
  /** What each row shows; empty for the rows below the first of a group. */
  titles: string[];
  /** All bars, sorted by row and start. */
  bars: Bar[];
  /** Where the bars of each row begin in `bars`; one entry more than rows. */
  offsets: number[];
}

type Groups = Map<number, { free: number[]; bars: Bar[][] }>;

export type Grouping = "thread" | "executor" | "client";

/**
 * Lays out spans: those of one group share rows, and a span lies below the one around it.
 *
 * Spans of one group may overlap without being inside one another, when they wait. Each goes
 * to the first row at or below its parent's that is free.
 */
export function layOut(store: TraceStore, grouping: Grouping): Lanes {
  const { ints, floats, count } = store;
  const depth = new Int32Array(count);
  const rowsOfGroup: Groups = new Map();
  for (let span = 0; span < count; span++) {
    if (ints.outcome[span] === UNKNOWN) continue;
    const key = keyOf(store, span, grouping);
    if (key === null) continue;
    let group = rowsOfGroup.get(key);
    if (group === undefined) {
      group = { free: [], bars: [] };
      rowsOfGroup.set(key, group);
    }
    const parent = ints.parent[span];
    const isNested = parent >= 0 && keyOf(store, parent, grouping) === key;
    let row = isNested ? depth[parent] + 1 : 0;
    const start = floats.start[span];
    const end = ints.outcome[span] === 3 ? Math.max(store.now, floats.end[span]) : floats.end[span];
    while (row < group.free.length && group.free[row] > start) row += 1;
    while (group.free.length <= row) {
      group.free.push(0);
      group.bars.push([]);
    }
    depth[span] = row;
    group.free[row] = end;
    group.bars[row].push({ span, row: 0, start, end });
  }
  if (grouping === "thread") addWorkers(store, rowsOfGroup);
  return flattened(store, rowsOfGroup, grouping);
}

/** Shows what workers did in lanes of their own, as well as where it was waited for. */
function addWorkers(store: TraceStore, groups: Groups): void {
  const { ints, floats, count } = store;
  const found = new Map<number, Bar[]>();
  for (let span = 0; span < count; span++) {
    const worker = ints.worker[span];
    if (worker < 0 || floats.work[span] === 0 || ints.outcome[span] === UNKNOWN) continue;
    const start = floats.start[span] + floats.queue[span];
    const bars = found.get(worker);
    const bar = { span, row: 0, start, end: start + floats.work[span] };
    if (bars === undefined) found.set(worker, [bar]);
    else bars.push(bar);
  }
  for (const [worker, bars] of found) {
    bars.sort((a, b) => a.start - b.start);
    const group = groups.get(worker);
    if (group === undefined) groups.set(worker, { free: [], bars: [bars] });
    else group.bars.push(bars);
  }
}

function keyOf(store: TraceStore, span: number, grouping: Grouping): number | null {
  if (grouping === "thread") return store.ints.thread[span];
  if (grouping === "executor") return store.ints.layer[span];
  return store.ints.client[span] >= 0 ? store.ints.client[span] : null;
}

function flattened(store: TraceStore, groups: Groups, grouping: Grouping): Lanes {
  const lanes: Lanes = { titles: [], bars: [], offsets: [] };
  for (const key of [...groups.keys()].sort((a, b) => a - b)) {
    groups.get(key)!.bars.forEach((bars, level) => {
      const row = lanes.titles.length;
      lanes.titles.push(level === 0 ? titleOf(store, key, grouping) : "");
      lanes.offsets.push(lanes.bars.length);
      for (const bar of bars) {
        bar.row = row;
        lanes.bars.push(bar);
      }
    });
  }
  lanes.offsets.push(lanes.bars.length);
  return lanes;
}

function titleOf(store: TraceStore, key: number, grouping: Grouping): string {
  if (grouping === "client") return `client ${key}`;
  if (grouping === "thread") return store.threads[key] ?? "thread";
  const executor = store.executors[key];
  if (executor === undefined) return "execution context";
  return executor.role ? `${executor.name} · ${executor.role}` : executor.name;
}

/** Returns the bars of a row that are seen between two moments: a range of indices into `bars`. */
export function visible(lanes: Lanes, row: number, from: number, to: number): [number, number] {
  const low = lanes.offsets[row];
  const high = lanes.offsets[row + 1];
  return [
    firstWhere(low, high, (k) => lanes.bars[k].end >= from),
    firstWhere(low, high, (k) => lanes.bars[k].start > to),
  ];
}

/** Returns the index of the first bar of a row, of those in a range of indices, that ends after a moment. */
export function firstEndingAfter(lanes: Lanes, low: number, high: number, moment: number): number {
  if (low >= high || lanes.bars[low].end > moment) return low;
  return firstWhere(low, high, (k) => lanes.bars[k].end > moment);
}

/** Returns the bar at a place, or null. */
export function barAt(lanes: Lanes, row: number, time: number, tolerance: number): Bar | null {
  if (row < 0 || row >= lanes.titles.length) return null;
  const [from, to] = visible(lanes, row, time - tolerance, time + tolerance);
  return from < to ? lanes.bars[from] : null;
}

function firstWhere(low: number, high: number, holds: (index: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
