// All that is known of a trace, kept up to date batch by batch. Panels read it; nothing here draws.

import {
  type AstNode,
  aligned,
  type Batch,
  type Details,
  type Executor,
  FLOAT_COLUMNS,
  type FloatColumn,
  type Graph,
  INT_COLUMNS,
  type IntColumn,
  type Invocation,
  type Message,
  RUNNING,
  type TrafficRow,
  UNKNOWN,
} from "./messages";

/** What is selected, in all panels at once. -1 is nothing. */
export interface Selection {
  span: number;
  client: number;
  layer: number;
  node: number;
}

export const NOTHING: Selection = { span: -1, client: -1, layer: -1, node: -1 };

/** States of a client, the more urgent the larger. */
export const WAITING = 0;
export const DONE = 1;
export const CLIENT_CANCELLED = 2;
export const CLIENT_RUNNING = 3;
export const FAILED = 4;
export const CLIENT_STATES = ["waiting", "done", "cancelled", "running", "failed"];

type Ints = Record<IntColumn, Int32Array>;
type Floats = Record<FloatColumn, Float64Array>;

/** Totals that grow as spans end. */
class Totals {
  calls: number[] = [];
  time: number[] = [];
  running: number[] = [];

  add(key: number, time: number): void {
    this.grow(key);
    this.calls[key] += 1;
    this.time[key] += time;
  }

  grow(key: number): void {
    while (this.calls.length <= key) {
      this.calls.push(0);
      this.time.push(0);
      this.running.push(0);
    }
  }
}

export class TraceStore {
  title = "";
  executors: Executor[] = [];
  nodes: AstNode[] = [];
  invocations: Invocation[] = [];
  threads: string[] = [];
  traffic: TrafficRow[] = [];
  graph: Graph | null = null;
  errors: Record<string, string> = {};
  previews: Record<string, string> = {};
  details: Details | null = null;

  /** The number of spans; a span's number is its index in all columns. */
  count = 0;
  now = 0;
  dropped = 0;
  finished = false;
  ints = emptyInts(1024);
  floats = emptyFloats(1024);
  /** The numbers of the spans that are under way. */
  open: number[] = [];

  layerTotals = new Totals();
  nodeTotals = new Totals();
  clientState = new Uint8Array(16);
  clientStart = new Float64Array(16).fill(Number.NaN);
  clientEnd = new Float64Array(16);
  clientBusy = new Float64Array(16);
  numClients = 0;

  selection: Selection = NOTHING;
  /** The part of time that is brushed, in milliseconds; null for all of it. */
  range: [number, number] | null = null;
  query = "";
  /** Rises with every change; lets a panel tell whether to draw again. */
  version = 0;

  private listeners = new Set<() => void>();

  /** Calls a function after every change; returns how to stop it. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  receive(message: Message, buffers: readonly (DataView | ArrayBuffer)[]): void {
    if (message.kind === "details") this.details = message;
    else this.addBatch(message, buffers);
    this.changed();
  }

  select(selection: Partial<Selection>): void {
    this.selection = { ...NOTHING, ...selection };
    if (this.selection.span >= 0) {
      const { client, layer, node } = this.ints;
      const span = this.selection.span;
      this.selection = { span, client: client[span], layer: layer[span], node: node[span] };
    }
    this.changed();
  }

  brush(range: [number, number] | null): void {
    this.range = range;
    this.changed();
  }

  search(query: string): void {
    this.query = query.trim().toLowerCase();
    this.changed();
  }

  /** The first and the last moment of the trace, in milliseconds. */
  get extent(): [number, number] {
    return [0, Math.max(this.now, 1e-3)];
  }

  /** Whether what a span does matches what was searched for. */
  matches(span: number): boolean {
    return this.query === "" || this.label(span).toLowerCase().includes(this.query);
  }

  /** What a span is called: its executor, and whom it works for. */
  label(span: number): string {
    const layer = this.ints.layer[span];
    const node = this.ints.node[span];
    const client = this.ints.client[span];
    const name = layer >= 0 ? (this.executors[layer]?.name ?? "") : this.invocationName(span);
    const parts = [name, node >= 0 ? (this.nodes[node]?.label ?? "") : "", client >= 0 ? `client ${client}` : ""];
    return parts.filter(Boolean).join(" · ");
  }

  private invocationName(span: number): string {
    return this.invocations.find((invocation) => invocation.span === span)?.name ?? "invocation";
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }

  private clear(): void {
    this.count = 0;
    this.ints.outcome.fill(UNKNOWN);
    this.layerTotals = new Totals();
    this.nodeTotals = new Totals();
    this.clientState.fill(WAITING);
    this.clientStart.fill(Number.NaN);
    this.clientEnd.fill(0);
    this.clientBusy.fill(0);
    this.numClients = 0;
  }

  private addBatch(batch: Batch, buffers: readonly (DataView | ArrayBuffer)[]): void {
    if (batch.reset) this.clear();
    this.now = batch.now;
    this.dropped = batch.dropped;
    this.finished = batch.finished;
    Object.assign(this, batch.description);
    if (batch.count === 0) {
      this.setOpen([]);
      return;
    }
    const ints = new Int32Array(aligned(buffers[0]));
    const floats = new Float64Array(aligned(buffers[1]));
    const { count } = batch;
    const open: number[] = [];
    for (let row = 0; row < count; row++) {
      const id = ints[row];
      this.reserve(id + 1);
      INT_COLUMNS.forEach((name, k) => {
        this.ints[name][id] = ints[k * count + row];
      });
      FLOAT_COLUMNS.forEach((name, k) => {
        this.floats[name][id] = floats[k * count + row];
      });
      if (row >= count - batch.running) open.push(id);
      else this.addToTotals(id);
    }
    this.setOpen(open);
  }

  private reserve(count: number): void {
    if (count > this.ints.id.length) {
      const size = Math.max(count, this.ints.id.length * 2);
      this.ints = grown(this.ints, emptyInts(size));
      this.floats = grown(this.floats, emptyFloats(size));
    }
    this.count = Math.max(this.count, count);
  }

  private addToTotals(id: number): void {
    const { layer, node, client, outcome } = this.ints;
    const time = this.floats.self[id] + this.floats.work[id];
    if (layer[id] >= 0) this.layerTotals.add(layer[id], time);
    if (node[id] >= 0) this.nodeTotals.add(node[id], time);
    if (client[id] < 0) return;
    this.touchClient(client[id], id);
    this.clientBusy[client[id]] += time;
    if (outcome[id] === 1) this.clientState[client[id]] = FAILED;
    else if (outcome[id] === 2 && this.clientState[client[id]] !== FAILED) {
      this.clientState[client[id]] = CLIENT_CANCELLED;
    }
  }

  private touchClient(client: number, id: number): void {
    this.reserveClients(client + 1);
    const start = this.clientStart[client];
    if (Number.isNaN(start) || this.floats.start[id] < start) this.clientStart[client] = this.floats.start[id];
    this.clientEnd[client] = Math.max(this.clientEnd[client], this.floats.end[id]);
    if (this.clientState[client] === WAITING) this.clientState[client] = DONE;
  }

  private reserveClients(count: number): void {
    if (count > this.clientState.length) {
      const size = Math.max(count, this.clientState.length * 2);
      this.clientState = copied(this.clientState, new Uint8Array(size));
      this.clientStart = copied(this.clientStart, new Float64Array(size).fill(Number.NaN));
      this.clientEnd = copied(this.clientEnd, new Float64Array(size));
      this.clientBusy = copied(this.clientBusy, new Float64Array(size));
    }
    this.numClients = Math.max(this.numClients, count);
  }

  private setOpen(open: number[]): void {
    this.open = open;
    for (const invocation of this.invocations) this.reserveClients(invocation.num_clients);
    this.layerTotals.running.fill(0);
    this.nodeTotals.running.fill(0);
    for (let client = 0; client < this.numClients; client++) {
      if (this.clientState[client] === CLIENT_RUNNING) this.clientState[client] = DONE;
    }
    for (const id of open) {
      const { layer, node, client } = this.ints;
      if (layer[id] >= 0) {
        this.layerTotals.grow(layer[id]);
        this.layerTotals.running[layer[id]] += 1;
      }
      if (node[id] >= 0) {
        this.nodeTotals.grow(node[id]);
        this.nodeTotals.running[node[id]] += 1;
      }
      if (client[id] >= 0) {
        this.touchClient(client[id], id);
        if (this.clientState[client[id]] !== FAILED) this.clientState[client[id]] = CLIENT_RUNNING;
      }
      this.ints.outcome[id] = RUNNING;
    }
  }
}

function emptyInts(size: number): Ints {
  const columns = Object.fromEntries(INT_COLUMNS.map((name) => [name, new Int32Array(size).fill(-1)])) as Ints;
  columns.outcome.fill(UNKNOWN);
  return columns;
}

function emptyFloats(size: number): Floats {
  return Object.fromEntries(FLOAT_COLUMNS.map((name) => [name, new Float64Array(size)])) as Floats;
}

function grown<T extends Record<string, Int32Array | Float64Array>>(from: T, to: T): T {
  for (const name of Object.keys(from)) to[name].set(from[name] as never);
  return to;
}

function copied<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
