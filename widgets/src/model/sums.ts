// What executors, AST nodes and clients did: in all, and in what is selected.

import type { Columns } from "./columns";
import type { Legend } from "./legend";
import type { LeftOut } from "./messages";
import { NONE, OPERATION } from "./schema";
import { Scope } from "./scope";
import type { Part, Selection } from "./selection";
import { Totals } from "./totals";

/** What was done in all that belongs to a selection, and the span that took longest. */
export interface Done {
  calls: number;
  /** Own time, in milliseconds. */
  time: number;
  longest: number;
}

/**
 * Sums over spans. A sum by executors counts what belongs to all that is selected, whatever executor is selected: so the
 * others can be compared with it. Likewise those by AST nodes and by clients.
 */
export class Sums {
  private all = new Tally(null);
  private chosen: { parts: readonly Part[]; call: number; version: number; tally: Tally } | null = null;
  private open: number[] = [];

  constructor(
    private readonly columns: Columns,
    private readonly legend: Legend,
    private readonly selection: Selection,
    /** The root span of the call whose clients are shown, if no rounds are selected. */
    private readonly shownCall: () => number,
  ) {}

  /** What each executor did. */
  get layers(): Totals {
    return this.tally().layers;
  }

  /** What was done for each AST node. */
  get nodes(): Totals {
    return this.tally().nodes;
  }

  /** What execution contexts did themselves, by the calls of computations. */
  get invocations(): Totals {
    return this.tally().invocations;
  }

  /** What each executor did where it called something. */
  get functions(): Totals {
    return this.tally().functions;
  }

  /** What each client did. */
  get clients(): Totals {
    return this.tally().clients;
  }

  /** What was done in what is selected. */
  get done(): Readonly<Done> {
    return this.tally().done;
  }

  /** What was done in all. */
  get inAll(): { layers: Totals; nodes: Totals; done: Readonly<Done> } {
    return this.all;
  }

  /** Which spans belong to what is selected. */
  get scope(): Scope {
    return this.tally().scope ?? new Scope(this.selection, this.columns, this.legend);
  }

  /** Whether sums are those of a part of all. */
  get isOfPart(): boolean {
    return this.tally() !== this.all;
  }

  /** Whether a client did something in what is selected. */
  wasAtWork(client: number): boolean {
    const { calls, running } = this.clients.of(client);
    return !this.isOfPart || calls + running > 0;
  }

  clear(): void {
    this.all = new Tally(null);
    this.chosen = null;
    this.open = [];
  }

  /** Adds spans that ended. */
  add(ended: number[]): void {
    this.all.add(ended, this.columns);
    this.chosen?.tally.add(ended, this.columns);
    // What comes later may be inside a span that is under way.
    const isKept = this.chosen !== null && !this.columns.isRunning(this.chosen.tally.scope?.span ?? NONE);
    if (this.chosen !== null && isKept) this.chosen.version = this.columns.version;
  }

  /** Adds what a page left out. */
  addLeftOut(left: LeftOut): void {
    this.all.addLeftOut(left);
  }

  /** Says which spans are under way. */
  setRunning(open: number[]): void {
    this.open = open;
    this.all.setRunning(open, this.columns);
    this.chosen?.tally.setRunning(open, this.columns);
  }

  /** Sums over what is selected are made when they are asked for, once for each selection. */
  private tally(): Tally {
    const { parts } = this.selection;
    if (parts.length === 0) return this.all;
    const [{ version }, call] = [this.columns, this.shownCall()];
    if (this.chosen?.parts !== parts || this.chosen.version !== version || this.chosen.call !== call) {
      const scope = new Scope(this.selection, this.columns, this.legend);
      this.chosen = { parts, call, version, tally: this.within(scope, call) };
    }
    return this.chosen.tally;
  }

  private within(scope: Scope, call: number): Tally {
    const { columns } = this;
    const tally = new Tally(scope, call);
    const ended = columns.where((span) => !columns.isRunning(span));
    tally.add(ended, columns);
    tally.setRunning(this.open, columns);
    if (this.legend.left_out !== null) tally.addLeftOut(this.legend.left_out);
    return tally;
  }
}

/** Sums over the spans of a scope, or over all of them. */
class Tally {
  readonly layers = new Totals();
  readonly nodes = new Totals();
  readonly clients = new Totals();
  readonly invocations = new Totals();
  readonly functions = new Totals();
  readonly done: Done = { calls: 0, time: 0, longest: NONE };
  private most = -1;

  /** `call` is that whose clients are counted, where a scope says nothing of calls. */
  constructor(
    readonly scope: Scope | null,
    private readonly call = NONE,
  ) {}

  add(ended: number[], columns: Columns): void {
    for (const span of ended) this.addSpan(span, columns);
  }

  setRunning(open: number[], columns: Columns): void {
    const { layers, nodes, clients, invocations, functions } = this;
    for (const totals of [layers, nodes, clients, invocations, functions]) totals.stop();
    for (const span of open) this.count(span, columns, (totals, key) => totals.start(key));
  }

  /** Adds sums over spans that are not there; of the time, of a client at an executor, and of a span they say nothing. */
  addLeftOut({ executors, clients }: LeftOut): void {
    const { scope, call } = this;
    if (scope !== null && (scope.time !== null || scope.span >= 0)) return;
    const isOf = (some: ReadonlySet<number> | null | undefined, key: number) => !some || some.has(key);
    for (const [layer, node, invocation, operation, spans, time] of executors) {
      if ((scope?.client ?? NONE) >= 0) break;
      if (!isOf(scope?.calls, invocation)) continue;
      const [isLayer, isNode] = [isOf(scope?.layers, layer), isOf(scope?.nodes, node)];
      if (isNode) this.layers.add(layer, time, spans);
      if (isNode && operation === OPERATION.create_call) this.functions.add(layer, time, spans);
      if (isLayer) this.nodes.add(node, time, spans);
      if (isLayer && isNode) this.enter(spans, time);
    }
    for (const [client, invocation, spans, time] of clients) {
      if (scope?.layers || scope?.nodes) break;
      if (!isOf(scope?.calls, invocation)) continue;
      if (scope === null || scope.calls !== null || invocation === call) this.clients.add(client, time, spans);
      if (scope !== null && scope.client === client) this.enter(spans, time);
    }
  }

  private enter(spans: number, time: number): void {
    this.done.calls += spans;
    this.done.time += time;
  }

  private addSpan(span: number, columns: Columns): void {
    const time = columns.ownTime(span);
    if (!this.count(span, columns, (totals, key) => totals.add(key, time))) return;
    this.enter(1, time);
    if (time > this.most) [this.most, this.done.longest] = [time, span];
  }

  /** Counts a span in each of the sums to which it belongs, by its key there; returns whether it counts in all. */
  private count(span: number, columns: Columns, enter: (totals: Totals, key: number) => void): boolean {
    const { scope, call } = this;
    if (scope?.isInPlace(span) === false) return false;
    const isLayer = scope === null || scope.isOfLayer(span);
    const isNode = scope === null || scope.isOfNode(span);
    const isClient = scope === null || scope.isOfClient(span);
    const isShown = scope === null || scope.calls !== null || columns.invocation(span) === call;
    const operation = columns.operation(span);
    if (isNode && isClient) {
      enter(this.layers, columns.layer(span));
      if (operation === OPERATION.invoke) enter(this.invocations, columns.invocation(span));
      if (operation === OPERATION.create_call) enter(this.functions, columns.layer(span));
    }
    if (isLayer && isClient) enter(this.nodes, columns.node(span));
    if (isLayer && isNode && isShown) enter(this.clients, columns.client(span));
    return isLayer && isNode && isClient;
  }
}
