// What the clients of one call do: waiting, running, done.

import { OUTCOME } from "./schema";
import { count } from "./units";
import { say, sayState } from "./words";

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
  /** Whether its work waits for a thread: the client's turn has not come. */
  isQueued?: boolean;
  /** As in `OUTCOME`. */
  outcome: number;
  /** How much of that is a first call of a function, which TensorFlow makes ready then. */
  warmUp: number;
  /** What is wrong with the number that it made, such as `nan`; empty if nothing is. */
  wrong?: string;
}

export class Clients {
  count = 0;
  /** Whether the call has ended: whose turn had not come then does not wait any more. */
  isOver = false;
  private states = new Uint8Array(16);
  private start = new Float64Array(16).fill(Number.NaN);
  private end = new Float64Array(16);
  private busy = new Float64Array(16);
  private warmUp = new Float64Array(16);
  private readonly wrong = new Map<number, string>();
  /** The own time of spans that are under way. */
  private readonly busyNow = new Map<number, number>();
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
      this.warmUp = copied(this.warmUp, new Float64Array(size));
    }
    this.count = Math.max(this.count, count);
  }

  /** Adds a span that ended. */
  add(span: ClientSpan): void {
    const { client } = span;
    this.touch(span);
    this.busy[client] = (this.busy[client] ?? 0) + span.busy;
    this.warmUp[client] = this.warmUpOf(client) + span.warmUp;
    if (span.wrong && this.wrong.get(client) !== "nan") this.wrong.set(client, span.wrong);
    if (span.outcome === OUTCOME.error) this.states[client] = FAILED;
    else if (span.outcome === OUTCOME.cancelled && this.states[client] !== FAILED) this.states[client] = CANCELLED;
  }

  /** Says which spans are under way; other clients are not running. */
  setRunning(spans: ClientSpan[]): void {
    for (let client = 0; client < this.count; client++) {
      if (this.states[client] === CLIENT_RUNNING) this.states[client] = DONE;
    }
    this.busyNow.clear();
    for (const span of spans) {
      const { client } = span;
      this.touch(span);
      this.busyNow.set(client, (this.busyNow.get(client) ?? 0) + span.busy);
      if (this.states[client] !== FAILED) this.states[client] = CLIENT_RUNNING;
    }
    for (const { client, isQueued } of spans) {
      if (isQueued && this.states[client] !== FAILED) this.states[client] = WAITING;
    }
    const median = this.count >= ENOUGH_TO_TELL ? this.medianBusy() : Number.POSITIVE_INFINITY;
    this.slowBeyond = Math.max(SLOW_FACTOR * median, median + NOTICEABLE);
  }

  /** The state as it is shown. */
  stateOf(client: number): number {
    const state = this.states[client] ?? WAITING;
    return state === DONE && this.busyOf(client) - this.warmUpOf(client) > this.slowBeyond ? SLOW : state;
  }

  /** The key of a state, for its words and for what the glossary says of it. */
  keyOf(state: number): string {
    return state === WAITING && this.isOver ? "not started" : (CLIENT_STATES[state] ?? "");
  }

  /** What a state is called. */
  nameOf(state: number): string {
    return sayState(this.keyOf(state));
  }

  /** How much of the own time of a client was TensorFlow's, which made functions ready; it counts for nobody as slow. */
  warmUpOf(client: number): number {
    return this.warmUp[client] ?? 0;
  }

  /** Whether anything was done for a client. */
  hasBegun(client: number): boolean {
    return !Number.isNaN(this.start[client] ?? Number.NaN);
  }

  /** The own time of all spans of a client, in milliseconds. */
  busyOf(client: number): number {
    return (this.busy[client] ?? 0) + (this.busyNow.get(client) ?? 0);
  }

  /** What is wrong with a number at a client: `nan` before others; empty if nothing is known to be. */
  wrongOf(client: number): string {
    return this.wrong.get(client) ?? "";
  }

  /** Whether a client failed, or has a number that is none or infinite. */
  isWrong(client: number): boolean {
    return this.states[client] === FAILED || this.wrong.has(client);
  }

  /** How many clients have a number that is none, or is infinite. */
  get numWrong(): number {
    return this.wrong.size;
  }

  /** The time from the first start to the last end, in milliseconds. */
  lengthOf(client: number): number {
    return (this.end[client] ?? 0) - (this.start[client] ?? 0);
  }

  /** The own time of the busiest client. */
  get mostBusy(): number {
    return this.busy.subarray(0, this.count).reduce((most, busy) => Math.max(most, busy), 0);
  }

  /** How many clients are in each state. */
  totals(): number[] {
    const totals = CLIENT_STATES.map(() => 0);
    for (let client = 0; client < this.count; client++) {
      const state = this.stateOf(client);
      totals[state] = (totals[state] ?? 0) + 1;
    }
    return totals;
  }

  /** How many clients are in each state that some are in, in words; those that are slow are done, too. */
  counted(): { state: number; text: string }[] {
    const totals = this.totals();
    const slow = totals[SLOW] ?? 0;
    totals[DONE] = (totals[DONE] ?? 0) + slow;
    return totals.flatMap((total, state) =>
      total > 0
        ? [{ state, text: say(state === SLOW ? "n of them" : "n of state", count(total), this.nameOf(state)) }]
        : [],
    );
  }

  private touch({ client, start, end }: ClientSpan): void {
    this.reserve(client + 1);
    if (!((this.start[client] ?? Number.NaN) <= start)) this.start[client] = start;
    this.end[client] = Math.max(this.end[client] ?? 0, end);
    if (this.states[client] === WAITING) this.states[client] = DONE;
  }

  private medianBusy(): number {
    const done = this.busy
      .map((busy, client) => busy - this.warmUpOf(client))
      .subarray(0, this.count)
      .filter((_, client) => this.states[client] === DONE);
    return done.sort()[done.length >> 1] ?? Number.POSITIVE_INFINITY;
  }
}

function copied<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
