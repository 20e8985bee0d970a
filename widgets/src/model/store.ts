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
  type Heard,
  INT_COLUMNS,
  type IntColumn,
  type Invocation,
  type Message,
  type Request,
  RUNNING,
  type TrafficRow,
  UNKNOWN,
} from "./messages";
import { Clients, type ClientSpan } from "./clients";
import { Totals } from "./totals";

/** What is selected, in all panels at once. -1 is nothing. */
export interface Selection {
  span: number;
  client: number;
  layer: number;
  node: number;
  /** The root span of a call; -1 is the latest. */
  invocation: number;
}

const NOTHING: Selection = { span: -1, client: -1, layer: -1, node: -1, invocation: -1 };

type Ints = Record<IntColumn, Int32Array>;
type Floats = Record<FloatColumn, Float64Array>;

/** What was done in a part of time. */
interface Part {
  layers: Totals;
  nodes: Totals;
  clients: Set<number>;
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
  words: Record<string, string> = {};
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

  /** The clients of the latest call that has some. */
  clients = new Clients();

  selection: Selection = NOTHING;
  /** The part of time that is brushed, in milliseconds; null for all of it. */
  range: [number, number] | null = null;
  query = "";
  /** When the last message came, by the clock of `performance.now()`. */
  heardAt = performance.now();
  /** Whether any message came. */
  isHeard = false;
  /** Rises with every change; lets a panel tell whether to draw again. */
  version = 0;

  private asked = new Set<number>();
  private layerTotals = new Totals();
  private nodeTotals = new Totals();
  private part: Part | null = null;
  private listeners = new Set<() => void>();

  /** `ask` sends a request to the kernel; on a page without one, nothing is answered. */
  constructor(readonly ask: (request: Request) => void = () => {}) {}

  /** Calls a function after every change; returns how to stop it. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  receive(message: Exclude<Message, Heard>, buffers: readonly (DataView | ArrayBuffer)[]): void {
    if (message.kind === "details") this.details = message;
    else if (message.kind === "previews") Object.assign(this.previews, message.previews);
    else this.addBatch(message, buffers);
    this.heardAt = performance.now();
    this.isHeard = true;
    this.changed();
  }

  select(selection: Partial<Selection>): void {
    this.selection = { ...NOTHING, ...selection };
    if (this.selection.span >= 0) {
      const { client, layer, node, invocation } = this.ints;
      const span = this.selection.span;
      this.selection = {
        span,
        client: client[span],
        layer: layer[span],
        node: node[span],
        invocation: invocation[span],
      };
    }
    this.changed();
  }

  /** Selects nothing, and all of time. */
  clearSelection(): void {
    this.selection = NOTHING;
    this.brush(null);
  }

  brush(range: [number, number] | null): void {
    this.range = range;
    this.changed();
  }

  /** What each executor did, in the brushed part of time. */
  get layers(): Totals {
    return this.part?.layers ?? this.layerTotals;
  }

  /** What was done for each AST node, in the brushed part of time. */
  get asts(): Totals {
    return this.part?.nodes ?? this.nodeTotals;
  }

  /** Whether a client was at work in the brushed part of time. */
  wasAtWork(client: number): boolean {
    return this.part === null || this.part.clients.has(client);
  }

  /** Returns what the clients of a call did, given its root span. */
  clientsOf(invocation: number): Clients {
    const clients = new Clients(invocation);
    clients.reserve(this.invocations.find((call) => call.span === invocation)?.num_clients ?? 0);
    const running: ClientSpan[] = [];
    for (let span = 0; span < this.count; span++) {
      if (this.ints.invocation[span] !== invocation || this.ints.client[span] < 0) continue;
      if (this.ints.outcome[span] === UNKNOWN) continue;
      if (this.ints.outcome[span] === RUNNING) running.push(this.clientSpan(span));
      else clients.add(this.clientSpan(span));
    }
    clients.setRunning(running);
    return clients;
  }

  /** Returns the lowest spans of a client in a call, those with the most own time, in the order of their starts. */
  stepsOf(client: number, invocation: number, most: number): number[] {
    const { ints } = this;
    const found: number[] = [];
    const around = new Set<number>();
    for (let span = this.count - 1; span > invocation && span >= 0; span--) {
      if (ints.client[span] !== client || ints.invocation[span] !== invocation) continue;
      around.add(ints.parent[span]);
      if (ints.outcome[span] !== UNKNOWN && !around.has(span)) found.push(span);
    }
    const longest = found.sort((a, b) => this.ownTime(b) - this.ownTime(a) || a - b).slice(0, most);
    return longest.sort((a, b) => this.floats.start[a] - this.floats.start[b]);
  }

  /** Asks for what values are, once for each; the answers come into `previews`. */
  askForPreviews(spans: number[]): void {
    const unknown = spans.filter((span) => !(span in this.previews) && !this.asked.has(span));
    const ended = unknown.filter((span) => this.ints.outcome[span] < RUNNING);
    if (ended.length === 0) return;
    for (const span of ended) this.asked.add(span);
    this.ask({ kind: "previews", spans: ended });
  }

  /** Returns the first span after one that matches what was searched for, or -1. */
  nextMatch(after: number): number {
    for (let step = 1; step <= this.count && this.query !== ""; step++) {
      const span = (after + step + this.count) % this.count;
      if (this.ints.outcome[span] !== UNKNOWN && this.matches(span)) return span;
    }
    return -1;
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

  /** The span in which the first error arose, the innermost of those it passed; -1 if there is none. */
  get firstError(): number {
    return this.sources()[0] ?? -1;
  }

  /** The span in which the first error of a client arose; -1 if there is none. */
  firstErrorOf(client: number, invocation: number): number {
    const { ints } = this;
    return this.sources().find((span) => ints.client[span] === client && ints.invocation[span] === invocation) ?? -1;
  }

  private sources(): number[] {
    const failed = Object.keys(this.errors).map(Number);
    const around = new Set(failed.map((span) => this.ints.parent[span]));
    return failed.filter((span) => !around.has(span)).sort((a, b) => a - b);
  }

  private invocationName(span: number): string {
    return this.invocations.find((invocation) => invocation.span === span)?.name ?? "invocation";
  }

  private changed(): void {
    this.version += 1;
    this.part = this.range === null ? null : this.partWithin(this.range);
    for (const listener of this.listeners) listener();
  }

  private partWithin([from, to]: [number, number]): Part {
    const part = { layers: new Totals(), nodes: new Totals(), clients: new Set<number>() };
    const { layer, node, client, outcome } = this.ints;
    for (let span = 0; span < this.count; span++) {
      if (outcome[span] === UNKNOWN || this.floats.end[span] < from || this.floats.start[span] > to) continue;
      if (layer[span] >= 0) part.layers.add(layer[span], this.ownTime(span));
      if (node[span] >= 0) part.nodes.add(node[span], this.ownTime(span));
      if (client[span] >= 0) part.clients.add(client[span]);
    }
    return part;
  }

  /** The time of a span in which its own code ran, in milliseconds. */
  ownTime(span: number): number {
    return this.floats.self[span] + this.floats.work[span];
  }

  private clientSpan(span: number): ClientSpan {
    const { client, outcome } = this.ints;
    const { start, end } = this.floats;
    return {
      client: client[span],
      start: start[span],
      end: end[span],
      busy: this.ownTime(span),
      outcome: outcome[span],
    };
  }

  private clear(): void {
    this.count = 0;
    this.ints.outcome.fill(UNKNOWN);
    this.layerTotals = new Totals();
    this.nodeTotals = new Totals();
    this.clients = new Clients();
  }

  private addBatch(batch: Batch, buffers: readonly (DataView | ArrayBuffer)[]): void {
    if (batch.reset) this.clear();
    this.now = batch.now;
    this.dropped = batch.dropped;
    this.finished = batch.finished;
    const { invocations, invocations_from: from = 0, ...others } = batch.description;
    Object.assign(this, others);
    if (invocations !== undefined) this.invocations.splice(from, Number.POSITIVE_INFINITY, ...invocations);
    for (const call of this.invocations) if (call.num_clients > 0) this.enterCall(call.span);
    this.reserveClients();
    const open: number[] = [];
    if (batch.count > 0) {
      const ints = new Int32Array(aligned(buffers[0]));
      const floats = new Float64Array(aligned(buffers[1]));
      const firstOpen = batch.count - batch.running;
      for (let row = 0; row < batch.count; row++) {
        const id = ints[row];
        this.reserve(id + 1);
        // A late view gets some spans twice: with all that was, and with what is new.
        const isKnown = this.ints.outcome[id] < RUNNING;
        this.copyRow(ints, floats, row, batch.count, id);
        if (row >= firstOpen) open.push(id);
        else if (!isKnown) this.addToTotals(id);
      }
    }
    this.setOpen(open);
  }

  private copyRow(ints: Int32Array, floats: Float64Array, row: number, count: number, id: number): void {
    for (let k = 0; k < INT_COLUMNS.length; k++) this.ints[INT_COLUMNS[k]][id] = ints[k * count + row];
    for (let k = 0; k < FLOAT_COLUMNS.length; k++) this.floats[FLOAT_COLUMNS[k]][id] = floats[k * count + row];
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
    const { layer, node, client, invocation } = this.ints;
    if (layer[id] >= 0) this.layerTotals.add(layer[id], this.ownTime(id));
    if (node[id] >= 0) this.nodeTotals.add(node[id], this.ownTime(id));
    if (client[id] < 0) return;
    this.enterCall(invocation[id]);
    if (invocation[id] === this.clients.invocation) this.clients.add(this.clientSpan(id));
  }

  /** Clients start anew with every call. */
  private enterCall(invocation: number): void {
    if (invocation <= this.clients.invocation) return;
    this.clients = new Clients(invocation);
    this.reserveClients();
  }

  private reserveClients(): void {
    const call = this.invocations.find(({ span }) => span === this.clients.invocation);
    if (call !== undefined) this.clients.reserve(call.num_clients);
  }

  private setOpen(open: number[]): void {
    this.open = open;
    this.layerTotals.running.fill(0);
    this.nodeTotals.running.fill(0);
    const { layer, node, client, invocation } = this.ints;
    for (const id of open) {
      this.ints.outcome[id] = RUNNING;
      if (layer[id] >= 0) this.layerTotals.addRunning(layer[id]);
      if (node[id] >= 0) this.nodeTotals.addRunning(node[id]);
      if (client[id] >= 0) this.enterCall(invocation[id]);
    }
    const ofClients = open.filter((id) => client[id] >= 0 && invocation[id] === this.clients.invocation);
    this.clients.setRunning(ofClients.map((id) => this.clientSpan(id)));
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
