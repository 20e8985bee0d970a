// What the clients of each call did; those of the latest call are kept up to date.

import { Clients, type ClientSpan } from "./clients";
import type { Columns } from "./columns";
import { wrongNumberOf } from "./labels";
import { type Legend, numClientsOf } from "./legend";

export class Cohorts {
  /** The clients of the latest call that has some. */
  latest = new Clients();

  constructor(
    private readonly columns: Columns,
    private readonly legend: Legend,
  ) {}

  clear(): void {
    this.latest = new Clients();
  }

  /** Makes room for the clients of calls that were told. */
  expectCalls(): void {
    for (const call of this.legend.invocations) if (numClientsOf(call) > 0) this.enter(call.span);
    this.reserve();
  }

  /** Adds spans that ended. */
  add(ended: number[]): void {
    const { columns } = this;
    for (const span of ended) {
      if (columns.client(span) < 0) continue;
      this.enter(columns.invocation(span));
      if (columns.invocation(span) === this.latest.invocation) this.latest.add(this.clientSpan(span));
    }
  }

  /** Says which spans are under way. */
  setRunning(open: number[]): void {
    const { columns } = this;
    const ofClients = open.filter((span) => columns.client(span) >= 0);
    for (const span of ofClients) this.enter(columns.invocation(span));
    const ofLatest = ofClients.filter((span) => columns.invocation(span) === this.latest.invocation);
    this.latest.setRunning(ofLatest.map((span) => this.clientSpan(span)));
  }

  /** Returns what the clients of a call did, given its root span. */
  of(invocation: number): Clients {
    const { columns } = this;
    const clients = new Clients(invocation);
    const call = this.legend.callAt(invocation);
    if (call !== undefined) clients.reserve(numClientsOf(call));
    const running: ClientSpan[] = [];
    for (let span = 0; span < columns.count; span++) {
      if (columns.invocation(span) !== invocation || columns.client(span) < 0 || !columns.isKnown(span)) continue;
      if (columns.isRunning(span)) running.push(this.clientSpan(span));
      else clients.add(this.clientSpan(span));
    }
    clients.setRunning(running);
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
      outcome: columns.outcome(span),
      wrong: wrongNumberOf(span, columns),
    };
  }
}
