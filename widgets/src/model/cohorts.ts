// What the clients of each call did; those of the latest call are kept up to date.

import { Clients, type ClientSpan } from "./clients";
import type { Columns } from "./columns";
import { wrongNumberOf } from "./labels";
import { type Legend, numClientsOf } from "./legend";
import type { LeftOut } from "./messages";
import { type Invocation, NONE, OPERATIONS, OUTCOME } from "./schema";
import type { Part, Selection } from "./selection";
import { areSeveral, roundsOf } from "./names";
import { say } from "./words";

/** Of which call the clients are shown, for what is selected. */
interface Found {
  parts: readonly Part[];
  invocations: readonly Invocation[];
  call: number;
}

export class Cohorts {
  /** The clients of the latest call that has some. */
  latest = new Clients();
  private found: Found = { parts: [], invocations: [], call: NONE };
  private past = { version: NONE, clients: this.latest };
  /** When the first operation of a kind at an AST node ended: those that had begun by then waited for TensorFlow. */
  private readonly firstEnds = new Map<number, number>();

  constructor(
    private readonly columns: Columns,
    private readonly legend: Legend,
    private readonly selection: Selection,
  ) {}

  /** The root span of the call whose clients are shown: the last to which something belongs that is selected. */
  get shownCall(): number {
    const { parts } = this.selection;
    const { invocations } = this.legend;
    if (parts.length === 0) return this.latest.invocation;
    if (this.found.parts !== parts || this.found.invocations !== invocations) {
      this.found = { parts, invocations, call: this.lastConcerned() };
    }
    return this.found.call < 0 ? this.latest.invocation : this.found.call;
  }

  /** The clients of that call. */
  get shown(): Clients {
    const { shownCall: call, columns } = this;
    if (call === this.latest.invocation) return this.latest;
    // Of a call that has ended nothing more comes.
    const version = columns.isRunning(call) ? columns.version : NONE;
    if (this.past.clients.invocation !== call || this.past.version !== version) {
      this.past = { version, clients: this.of(call) };
    }
    return this.past.clients;
  }

  /** Which of several calls that is, in words; empty if there is but one. */
  get scope(): string {
    const { invocations } = this.legend;
    const row = invocations.findIndex(({ span }) => span === this.shownCall);
    if (areSeveral(invocations)) return roundsOf(row, row, invocations);
    return row >= 0 && invocations.length > 1 ? say("round of", row + 1, invocations.length) : "";
  }

  clear(): void {
    this.latest = new Clients();
    this.past = { version: NONE, clients: this.latest };
    this.firstEnds.clear();
  }

  /** Makes room for the clients of calls that were told. */
  expectCalls(): void {
    for (const call of this.legend.invocations) if (numClientsOf(call) > 0) this.enter(call.span);
    this.reserve();
  }

  /** Adds spans that ended. */
  add(ended: number[]): void {
    const { columns } = this;
    this.noteFirstEnds(ended);
    for (const span of ended) {
      if (columns.client(span) < 0) continue;
      this.enter(columns.invocation(span));
      if (columns.invocation(span) === this.latest.invocation) this.latest.add(this.clientSpan(span));
    }
  }

  /** Adds to the clients of the latest call what a page left out. */
  addLeftOut(left: LeftOut): void {
    addTo(this.latest, left);
  }

  /** Says which spans are under way. */
  setRunning(open: number[]): void {
    const { columns } = this;
    for (const span of open) if (numClientsOf(this.legend.callAt(span)) > 0) this.enter(span);
    const ofClients = open.filter((span) => columns.client(span) >= 0);
    for (const span of ofClients) this.enter(columns.invocation(span));
    const ofLatest = ofClients.filter((span) => columns.invocation(span) === this.latest.invocation);
    this.latest.setRunning(ofLatest.map((span) => this.clientSpan(span)));
    this.latest.isOver = this.isOver(this.latest.invocation);
  }

  /** Returns what the clients of a call did, given its root span. */
  of(invocation: number): Clients {
    const { columns } = this;
    const clients = new Clients(invocation);
    const call = this.legend.callAt(invocation);
    if (call !== undefined) clients.reserve(numClientsOf(call));
    const own = columns.where((span) => columns.invocation(span) === invocation && columns.client(span) >= 0);
    for (const span of own) if (!columns.isRunning(span)) clients.add(this.clientSpan(span));
    if (this.legend.left_out !== null) addTo(clients, this.legend.left_out);
    clients.setRunning(own.filter((span) => columns.isRunning(span)).map((span) => this.clientSpan(span)));
    clients.isOver = this.isOver(invocation);
    return clients;
  }

  /** Returns the lowest spans of a client in a call, those with the most own time, in the order of their starts. */
  stepsOf(client: number, invocation: number, most: number): number[] {
    const { columns } = this;
    const found: number[] = [];
    const around = new Set<number>();
    for (let span = columns.count - 1; span > invocation && span >= 0; span--) {
      if (columns.client(span) !== client || columns.invocation(span) !== invocation) continue;
      around.add(columns.parent(span));
      if (columns.isKnown(span) && !around.has(span)) found.push(span);
    }
    const longest = found.sort((a, b) => columns.ownTime(b) - columns.ownTime(a) || a - b).slice(0, most);
    return longest.sort((a, b) => columns.start(a) - columns.start(b));
  }

  /** The last call that something selected concerns; -1 if all calls are alike. */
  private lastConcerned(): number {
    const { columns, legend, selection } = this;
    const { range, marks } = selection;
    const rounds = selection.part("rounds");
    if (range === null && rounds === undefined && marks.span < 0) return NONE;
    const calls = rounds === undefined ? legend.invocations : legend.invocations.slice(rounds.from, rounds.to + 1);
    const isThere = ({ span }: Invocation) =>
      marks.span >= 0
        ? span === marks.invocation
        : range === null || (columns.start(span) <= range[1] && columns.end(span) >= range[0]);
    return calls.filter((call) => numClientsOf(call) > 0 && isThere(call)).at(-1)?.span ?? NONE;
  }

  private isOver(invocation: number): boolean {
    return invocation >= 0 && this.columns.isKnown(invocation) && !this.columns.isRunning(invocation);
  }

  private noteFirstEnds(ended: number[]): void {
    const before = new Set(this.firstEnds.keys());
    for (const span of ended) {
      const kind = this.kindOf(span);
      if (this.columns.client(span) < 0 || before.has(kind)) continue;
      this.firstEnds.set(kind, Math.min(this.firstEnds.get(kind) ?? Number.POSITIVE_INFINITY, this.columns.end(span)));
    }
  }

  private kindOf(span: number): number {
    return this.columns.node(span) * OPERATIONS.length + this.columns.operation(span);
  }

  /** Clients start anew with every call. */
  private enter(invocation: number): void {
    if (invocation <= this.latest.invocation) return;
    this.latest = new Clients(invocation);
    this.reserve();
  }

  private reserve(): void {
    const call = this.legend.callAt(this.latest.invocation);
    if (call !== undefined) this.latest.reserve(numClientsOf(call));
  }

  private clientSpan(span: number): ClientSpan {
    const { columns } = this;
    return {
      client: columns.client(span),
      start: columns.start(span),
      end: columns.end(span),
      busy: columns.ownTime(span),
      isQueued: columns.isQueued(span),
      outcome: columns.outcome(span),
      warmUp: columns.start(span) < (this.firstEnds.get(this.kindOf(span)) ?? 0) ? columns.ownTime(span) : 0,
      wrong: wrongNumberOf(span, columns),
    };
  }
}

function addTo(clients: Clients, left: LeftOut): void {
  for (const [client, invocation, , busy, warmUp, start, end] of left.clients)
    if (invocation === clients.invocation) clients.add({ client, start, end, busy, warmUp, outcome: OUTCOME.ok });
}
