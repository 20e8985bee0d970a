// What the clients of one call do: waiting, running, done.

/** States of a client, the more urgent the larger. */
export const WAITING = 0;
export const DONE = 1;
export const SLOW = 2;
export const CANCELLED = 3;
export const CLIENT_RUNNING = 4;
export const FAILED = 5;
export const CLIENT_STATES = ["waiting", "done", "slow", "cancelled", "running", "failed"];

// A client is slow that was busy for more than twice the median, where there are enough to tell,
// and by so many milliseconds that somebody had to wait for it.
const SLOW_FACTOR = 2;
const NOTICEABLE = 20;
const ENOUGH_TO_TELL = 8;

/** A span of a client, as far as it matters here. */
export interface ClientSpan {
  client: number;
  start: number;
  end: number;
  busy: number;
  /** As in `OUTCOMES`. */
  outcome: number;
}

export class Clients {
  count = 0;
  states = new Uint8Array(16);
  start = new Float64Array(16).fill(Number.NaN);
  end = new Float64Array(16);
  busy = new Float64Array(16);
  private slowBeyond = Number.POSITIVE_INFINITY;

  /** `invocation` is the root span of the call, -1 before the first. */
  constructor(readonly invocation = -1) {}

  reserve(count: number): void {
    if (count > this.states.length) {
      const size = Math.max(count, this.states.length * 2);
      this.states = copied(this.states, new Uint8Array(size));
      this.start = copied(this.start, new Float64Array(size).fill(Number.NaN));
      this.end = copied(this.end, new Float64Array(size));
      this.busy = copied(this.busy, new Float64Array(size));
    }
    this.count = Math.max(this.count, count);
  }

  /** Adds a span that ended. */
  add(span: ClientSpan): void {
    const { client } = span;
    this.touch(span);
    this.busy[client] += span.busy;
    if (span.outcome === 1) this.states[client] = FAILED;
    else if (span.outcome === 2 && this.states[client] !== FAILED) this.states[client] = CANCELLED;
  }

  /** Says which spans are under way; other clients are not running. */
  setRunning(spans: ClientSpan[]): void {
    for (let client = 0; client < this.count; client++) {
      if (this.states[client] === CLIENT_RUNNING) this.states[client] = DONE;
    }
    for (const span of spans) {
      this.touch(span);
      if (this.states[span.client] !== FAILED) this.states[span.client] = CLIENT_RUNNING;
    }
    const median = this.count >= ENOUGH_TO_TELL ? this.medianBusy() : Number.POSITIVE_INFINITY;
    this.slowBeyond = Math.max(SLOW_FACTOR * median, median + NOTICEABLE);
  }

  /** The state as it is shown. */
  stateOf(client: number): number {
    const state = this.states[client];
    return state === DONE && this.busy[client] > this.slowBeyond ? SLOW : state;
  }

  /** How many clients are in each state. */
  totals(): number[] {
    const totals = CLIENT_STATES.map(() => 0);
    for (let client = 0; client < this.count; client++) totals[this.stateOf(client)] += 1;
    return totals;
  }

  private touch({ client, start, end }: ClientSpan): void {
    this.reserve(client + 1);
    if (!(this.start[client] <= start)) this.start[client] = start;
    this.end[client] = Math.max(this.end[client], end);
    if (this.states[client] === WAITING) this.states[client] = DONE;
  }

  private medianBusy(): number {
    const done = this.busy.subarray(0, this.count).filter((_, client) => this.states[client] === DONE);
    return done.length > 0 ? done.sort()[done.length >> 1] : Number.POSITIVE_INFINITY;
  }
}

function copied<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
