// Spans as columns of numbers. The number of a span is its index in all of them.

import type { Batch } from "./messages";
import { INT_COLUMNS, type IntColumn, NONE, OPTIONAL_COLUMNS, OUTCOME, TIME_COLUMNS } from "./schema";

const FIRST_SIZE = 1024;

/** What a batch brought: spans that ended and were not known before, and those that are under way. */
export interface Arrived {
  ended: number[];
  open: number[];
}

export class Columns {
  /** The number of spans. */
  count = 0;
  /** Rises with every change. */
  version = 0;
  /** What is later has not happened yet; see `Replay`. */
  until = Number.POSITIVE_INFINITY;
  private size = FIRST_SIZE;
  private ints = emptyInts(FIRST_SIZE);
  private times = emptyFloats(TIME_COLUMNS, FIRST_SIZE);
  private optional = emptyFloats(OPTIONAL_COLUMNS, FIRST_SIZE);

  parent(span: number): number {
    return this.ints.parent[span] ?? NONE;
  }

  /** The root span of the call to which a span belongs. */
  invocation(span: number): number {
    return this.ints.invocation[span] ?? NONE;
  }

  /** The number of the executor. */
  layer(span: number): number {
    return this.ints.layer[span] ?? NONE;
  }

  /** As in `OPERATIONS`. */
  operation(span: number): number {
    return this.ints.operation[span] ?? NONE;
  }

  /** As in `OUTCOME`. */
  outcome(span: number): number {
    if (this.until < this.endInAll(span)) return this.start(span) > this.until ? OUTCOME.unknown : OUTCOME.running;
    return this.outcomeInAll(span);
  }

  /** How it ended, also if that is later than what is shown. */
  outcomeInAll(span: number): number {
    return this.ints.outcome[span] ?? OUTCOME.unknown;
  }

  client(span: number): number {
    return this.ints.client[span] ?? NONE;
  }

  /** The number of the AST node. */
  node(span: number): number {
    return this.ints.node[span] ?? NONE;
  }

  thread(span: number): number {
    return this.ints.thread[span] ?? NONE;
  }

  /** The thread that did its work, where another one waited for it. */
  worker(span: number): number {
    return this.ints.worker[span] ?? NONE;
  }

  /** In milliseconds since the trace began, as all moments. */
  start(span: number): number {
    return this.times.start[span] ?? 0;
  }

  end(span: number): number {
    return Math.min(this.endInAll(span), this.until);
  }

  /** When it ends, also if that is later than what is shown. */
  endInAll(span: number): number {
    return this.times.end[span] ?? 0;
  }

  /** How long it waited until a worker began, in milliseconds. */
  queue(span: number): number {
    return this.times.queue_time[span] ?? 0;
  }

  /** How long a worker worked for it, in milliseconds. */
  work(span: number): number {
    return this.times.worker_time[span] ?? 0;
  }

  /** The time in which its own code ran, in milliseconds. */
  ownTime(span: number): number {
    return (this.times.self_time[span] ?? 0) + this.work(span);
  }

  /** The value that a span made or computed, if it is one real number; NaN is one. */
  scalar(span: number): number | undefined {
    return this.ints.has_scalar[span] === 1 ? this.optional.scalar[span] : undefined;
  }

  /** Returns the first span that began inside another; with -1, the first of all that are in none. */
  firstChild(parent: number): number {
    for (let span = parent + 1; span < this.count; span++) if (this.parent(span) === parent) return span;
    return NONE;
  }

  /** The spans of which something came and for which something holds. */
  where(holds: (span: number) => boolean): number[] {
    const found: number[] = [];
    for (let span = 0; span < this.count; span++) if (this.isKnown(span) && holds(span)) found.push(span);
    return found;
  }

  /** Whether anything came of a span: some are dropped, and some are still to come. */
  isKnown(span: number): boolean {
    return this.outcome(span) !== OUTCOME.unknown;
  }

  isRunning(span: number): boolean {
    return this.outcome(span) === OUTCOME.running;
  }

  /** Whether its work waits for a thread now. */
  isQueued(span: number): boolean {
    return this.isRunning(span) && this.queue(span) > 0 && this.worker(span) < 0;
  }

  clear(): void {
    this.count = 0;
    this.version += 1;
    this.ints.outcome.fill(OUTCOME.unknown);
  }

  /** Takes what a batch brings, in buffers in which columns follow one another. */
  read({ count, running }: Pick<Batch, "count" | "running">, buffers: readonly (DataView | ArrayBuffer)[]): Arrived {
    this.version += 1;
    if (count === 0) return { ended: [], open: [] };
    const [ints, times, ...optional] = arraysOf(buffers);
    const ids = ints.subarray(0, count);
    this.reserve(ids.reduce((most, id) => Math.max(most, id + 1), 0));
    const open = [...ids.subarray(count - running)];
    // A late view gets some spans twice: with all that was, and with what is new.
    const ended = [...ids.subarray(0, count - running)].filter((id) => this.outcome(id) >= OUTCOME.running);
    INT_COLUMNS.forEach((name, k) => scatter(ints.subarray(k * count, (k + 1) * count), ids, this.ints[name]));
    TIME_COLUMNS.forEach((name, k) => scatter(times.subarray(k * count, (k + 1) * count), ids, this.times[name]));
    OPTIONAL_COLUMNS.forEach((name, k) => {
      const having = ids.filter((id) => this.ints[`has_${name}`][id] === 1);
      scatter(optional[k] ?? new Float64Array(having.length), having, this.optional[name]);
    });
    for (const id of open) this.ints.outcome[id] = OUTCOME.running;
    return { ended, open };
  }

  private reserve(count: number): void {
    if (count > this.size) {
      this.size = Math.max(count, this.size * 2);
      this.ints = grown(INT_COLUMNS, this.ints, emptyInts(this.size));
      this.times = grown(TIME_COLUMNS, this.times, emptyFloats(TIME_COLUMNS, this.size));
      this.optional = grown(OPTIONAL_COLUMNS, this.optional, emptyFloats(OPTIONAL_COLUMNS, this.size));
    }
    this.count = Math.max(this.count, count);
  }
}

type Ints = Record<IntColumn, Int32Array>;

function emptyInts(size: number): Ints {
  const columns = Object.fromEntries(INT_COLUMNS.map((name) => [name, new Int32Array(size).fill(NONE)])) as Ints;
  columns.outcome.fill(OUTCOME.unknown);
  return columns;
}

function emptyFloats<N extends string>(names: readonly N[], size: number): Record<N, Float64Array> {
  return Object.fromEntries(names.map((name) => [name, new Float64Array(size)])) as Record<N, Float64Array>;
}

function grown<N extends string, A extends Int32Array | Float64Array>(
  names: readonly N[],
  from: Record<N, A>,
  to: Record<N, A>,
): Record<N, A> {
  for (const name of names) to[name].set(from[name]);
  return to;
}

function scatter(from: Int32Array | Float64Array, ids: Int32Array, to: Int32Array | Float64Array): void {
  ids.forEach((id, row) => {
    to[id] = from[row] ?? NONE;
  });
}

function arraysOf(buffers: readonly (DataView | ArrayBuffer)[]): [Int32Array, Float64Array, ...Float64Array[]] {
  const [ints, times, ...optional] = buffers.map(aligned);
  if (ints === undefined || times === undefined || optional.length !== OPTIONAL_COLUMNS.length)
    throw new Error("A batch came without its columns.");
  return [new Int32Array(ints), new Float64Array(times), ...optional.map((buffer) => new Float64Array(buffer))];
}

/** Copies a buffer that may start anywhere into one that typed arrays can view. */
function aligned(buffer: DataView | ArrayBuffer): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer;
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice().buffer;
}
