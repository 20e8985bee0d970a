// Where spans are drawn in a timeline: which lane, and how deep inside it.

import { shortName } from "./labels";
import { OUTCOME } from "./schema";
import type { TraceStore } from "./store";
import { say, sayRole } from "./words";

export interface Bar {
  span: number;
  row: number;
  start: number;
  end: number;
}

export type Grouping = "thread" | "executor" | "client";

/** What of a trace is laid out. */
export type Source = Pick<TraceStore, "columns" | "legend" | "progress">;

/** Bars in rows; those of one group share a lane, which has one row or more. */
export class Lanes {
  /** All bars, sorted by row and start. */
  readonly bars: Bar[] = [];
  /** What each row shows; empty for the rows below the first of a lane. */
  readonly titles: string[] = [];
  /** Where the bars of each row begin in `bars`. */
  private readonly offsets: number[] = [];

  /** Adds a row below all others. */
  add(title: string, bars: Bar[]): void {
    const row = this.titles.length;
    this.titles.push(title);
    this.offsets.push(this.bars.length);
    for (const bar of bars) {
      bar.row = row;
      this.bars.push(bar);
    }
  }

  /** Returns the bars of a row that are seen between two moments: a range of indices into `bars`. */
  visible(row: number, from: number, to: number): [number, number] {
    const low = this.offsets[row] ?? this.bars.length;
    const high = this.offsets[row + 1] ?? this.bars.length;
    return [this.firstWhere(low, high, (bar) => bar.end >= from), this.firstWhere(low, high, (bar) => bar.start > to)];
  }

  /** Returns the index of the first bar of a row, of those in a range of indices, that ends after a moment. */
  firstEndingAfter(low: number, high: number, moment: number): number {
    const bar = this.bars[low];
    if (low >= high || (bar !== undefined && bar.end > moment)) return low;
    return this.firstWhere(low, high, (candidate) => candidate.end > moment);
  }

  /** Returns the bar at a place, or null. */
  at(row: number, time: number, tolerance: number): Bar | null {
    if (row < 0 || row >= this.titles.length) return null;
    const [from, to] = this.visible(row, time - tolerance, time + tolerance);
    return (from < to ? this.bars[from] : undefined) ?? null;
  }

  private firstWhere(low: number, high: number, holds: (bar: Bar) => boolean): number {
    let [from, to] = [low, high];
    while (from < to) {
      const middle = (from + to) >> 1;
      const bar = this.bars[middle];
      if (bar !== undefined && holds(bar)) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}

/** The rows of a lane, and until when each is taken. */
interface Group {
  free: number[];
  rows: Bar[][];
}

/**
 * Lays out spans: those of one group share rows, and a span lies below the one around it.
 *
 * Spans of one group may overlap without being inside one another, when they wait. Each goes
 * to the first row at or below its parent's that is free.
 */
export function layOut(source: Source, grouping: Grouping): Lanes {
  const { columns, progress } = source;
  const depth = new Int32Array(columns.count);
  const groups = new Map<number, Group>();
  for (let span = 0; span < columns.count; span++) {
    const key = keyOf(source, span, grouping);
    if (key === null || !columns.isKnown(span)) continue;
    const group = groupOf(groups, key);
    const parent = columns.parent(span);
    const isNested = parent >= 0 && keyOf(source, parent, grouping) === key;
    const start = columns.start(span);
    const end =
      columns.outcome(span) === OUTCOME.running ? Math.max(progress.now, columns.end(span)) : columns.end(span);
    const row = firstFree(group, isNested ? (depth[parent] ?? 0) + 1 : 0, start);
    depth[span] = row;
    group.free[row] = end;
    group.rows[row]?.push({ span, row: 0, start, end });
  }
  if (grouping === "thread") addWorkers(source, groups);
  return flattened(source, groups, grouping);
}

function groupOf(groups: Map<number, Group>, key: number): Group {
  let group = groups.get(key);
  if (group === undefined) {
    group = { free: [], rows: [] };
    groups.set(key, group);
  }
  return group;
}

/** Returns the first row, from one on, that is free at a moment; makes the rows until there, if need be. */
function firstFree({ free, rows }: Group, from: number, moment: number): number {
  let row = from;
  while ((free[row] ?? Number.NEGATIVE_INFINITY) > moment) row += 1;
  while (rows.length <= row) {
    free.push(0);
    rows.push([]);
  }
  return row;
}

/** Shows what workers did in lanes of their own, as well as where it was waited for. */
function addWorkers({ columns }: Source, groups: Map<number, Group>): void {
  const found = new Map<number, Bar[]>();
  for (let span = 0; span < columns.count; span++) {
    const worker = columns.worker(span);
    if (worker < 0 || columns.work(span) === 0 || !columns.isKnown(span)) continue;
    const start = columns.start(span) + columns.queue(span);
    const bar = { span, row: 0, start, end: start + columns.work(span) };
    const bars = found.get(worker);
    if (bars === undefined) found.set(worker, [bar]);
    else bars.push(bar);
  }
  for (const [worker, bars] of found) {
    bars.sort((a, b) => a.start - b.start);
    groupOf(groups, worker).rows.push(bars);
  }
}

function keyOf({ columns }: Source, span: number, grouping: Grouping): number | null {
  if (grouping === "thread") return columns.thread(span);
  if (grouping === "executor") return columns.layer(span);
  return columns.client(span) >= 0 ? columns.client(span) : null;
}

function flattened(source: Source, groups: Map<number, Group>, grouping: Grouping): Lanes {
  const lanes = new Lanes();
  for (const [key, { rows }] of [...groups].sort(([a], [b]) => a - b)) {
    rows.forEach((bars, level) => lanes.add(level === 0 ? titleOf(source, key, grouping) : "", bars));
  }
  return lanes;
}

function titleOf({ legend }: Source, key: number, grouping: Grouping): string {
  if (grouping === "client") return say("client n", key);
  if (grouping === "thread") return legend.threads[key]?.name ?? say("thread");
  const executor = legend.executors[key];
  if (executor === undefined) return say("context");
  return [shortName(executor.name), sayRole(executor.role)].filter(Boolean).join(" · ");
}
