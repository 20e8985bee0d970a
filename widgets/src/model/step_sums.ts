// What happened in steps of a program and in lines of source: in what is selected, and at the moment that is shown.

import { bordersOf, clientWork } from "./client_work";
import type { Columns } from "./columns";
import type { Legend } from "./legend";
import { OPERATION, OUTCOME } from "./schema";
import type { Selection } from "./selection";
import type { Sums } from "./sums";

/** A step or a line: AST nodes of which, with all below, the same is told. */
export interface Counted {
  /** A root stands for calls of the computation. */
  nodes: readonly number[];
  /** Whether it is done at clients, and counted for each of them. */
  atClients: boolean;
}

export interface StepSum {
  /** For how many milliseconds it, or the server in it, was at work; of one client, for how many that was busy in it. */
  elapsed: number;
  /** For how many clients, or in how many calls, it began. */
  runs: number;
  failed: number;
  cancelled: number;
  running: number;
  /** How many values crossed in it between server and clients. */
  letters: number;
}

/** The rules are those of `program_runs.py`. */
export class StepSums {
  constructor(
    private readonly columns: Columns,
    private readonly legend: Legend,
    private readonly selection: Selection,
    private readonly sums: Sums,
  ) {}

  /** Whether a part is told of, and not the whole trace. */
  get isOfPart(): boolean {
    const { moment, parts } = this.selection;
    return moment !== null || parts.some(({ kind }) => kind !== "line" && kind !== "node" && kind !== "crossing");
  }

  /** Whether times are those for which one client was busy. */
  get isOfClient(): boolean {
    return this.isOfPart && this.sums.scope.client >= 0;
  }

  /** What identifies the part, between two drawings. */
  get state(): unknown[] {
    const { selection, columns } = this;
    return [selection.moment, selection.parts, this.isOfPart ? columns.version : 0];
  }

  /** Counts what happened in each of some steps or lines. A selected span is a part of each span around it. */
  of(counted: readonly Counted[]): StepSum[] {
    const { columns } = this;
    const { scope } = this.sums;
    const tallies = counted.map(({ atClients }) => new Tally(columns, atClients));
    const [owners, wholes] = [this.ownersOf(counted), this.wholesOf(counted)];
    const [borders, isWork] = [bordersOf(this.legend, "clients"), clientWork(columns, this.legend)];
    const atServer = this.legend.executors.map(({ placement }) => placement === "server");
    const around = new Set<number>();
    for (let outer = columns.parent(scope.span); outer >= 0; outer = columns.parent(outer)) around.add(outer);
    const call = this.callOfMoment();
    for (let span = 0; span < columns.count; span++) {
      const invocation = columns.invocation(span);
      const isOfWhole = scope.client >= 0 || span === invocation;
      const owned = [...(owners[columns.node(span)] ?? []), ...((isOfWhole && wholes.get(invocation)) || [])];
      if (owned.length === 0 || !columns.isKnown(span) || (call !== null && invocation !== call)) continue;
      const isAround = around.has(span);
      if (!isAround && !(scope.isInPlace(span) && scope.isOfLayer(span) && scope.isOfClient(span))) continue;
      const copies = !isAround && borders[columns.layer(span)] && columns.client(span) >= 0 ? this.copies(span) : 0;
      const timed = isAround ? scope.span : span;
      const isServer = atServer[columns.layer(timed)] === true;
      for (const k of owned) tallies[k]?.add(span, timed, isServer, isWork(span), copies);
    }
    return tallies.map((tally) => tally.sum(scope.client >= 0));
  }

  /** For each call the lines of its whole computation. */
  private wholesOf(counted: readonly Counted[]): Map<number, number[]> {
    const lines = (root: number) =>
      counted.flatMap((line, k) => (!line.atClients && line.nodes.includes(root) ? [k] : []));
    return new Map(this.legend.invocations.map(({ span, root }) => [span, lines(root)]));
  }

  /** A moment is one of a call; unless rounds are selected, steps tell of that call only. */
  private callOfMoment(): number | null {
    const { selection, legend, columns } = this;
    if (selection.moment === null || selection.part("rounds") !== undefined) return null;
    return legend.invocations.filter(({ span }) => columns.isKnown(span)).at(-1)?.span ?? -1;
  }

  /** For each AST node the steps that count it: its own, or those of the node above. */
  private ownersOf(counted: readonly Counted[]): (number[] | undefined)[] {
    const own = new Map<number, number[]>();
    counted.forEach(({ nodes }, k) => {
      for (const node of nodes) {
        const isWhole =
          this.legend.nodes[node]?.parent === -1 && this.legend.nodes[node]?.kind !== "CompiledComputation";
        if (!isWhole) own.set(node, [...(own.get(node) ?? []), k]);
      }
    });
    const owners: (number[] | undefined)[] = [];
    this.legend.nodes.forEach(({ parent }, node) => {
      owners[node] = own.get(node) ?? owners[parent];
    });
    return owners;
  }

  /** What all clients of an executor get is there once. */
  private copies(span: number): number {
    const node = this.legend.nodes[this.columns.node(span)]?.label ?? "";
    const isShared = node.includes("broadcast") || node.includes("federated_value_at_clients");
    return isShared ? Math.max(this.legend.executors[this.columns.layer(span)]?.num_clients ?? 1, 1) : 1;
  }
}

class Tally {
  private readonly times: [number, number][] = [];
  private readonly serverTimes: [number, number][] = [];
  private readonly seen = new Map<string, number>();
  private letters = 0;
  private busy = 0;

  constructor(
    private readonly columns: Columns,
    private readonly atClients: boolean,
  ) {}

  /**
   * Adds a span, with the time of it or of one inside, and whether that is the server's. `isWork` is as in `clientWork`;
   * `copies` is for how many clients a value crosses in it, 0 if it is not at their border.
   */
  add(span: number, timed: number, isServer: boolean, isWork: boolean, copies: number): void {
    const { columns, atClients, seen } = this;
    const [operation, outcome] = [columns.operation(span), columns.outcome(span)];
    if (
      copies > 0 &&
      outcome === OUTCOME.ok &&
      (operation === OPERATION.create_value || operation === OPERATION.compute)
    )
      this.letters += operation === OPERATION.create_value ? copies : 1;
    if (!columns.isRunning(span)) this.busy += columns.ownTime(span);
    if (atClients && !isWork) return;
    const times = isServer && !atClients ? this.serverTimes : this.times;
    times.push([columns.start(timed), columns.end(timed)]);
    // What makes a function ready is no run of it.
    if (atClients && operation !== OPERATION.create_call) return;
    const whom = `${columns.invocation(span)} ${atClients ? columns.client(span) : ""}`;
    seen.set(whom, Math.max(seen.get(whom) ?? 0, RANKS[outcome] ?? 0));
  }

  sum(isOfClient: boolean): StepSum {
    const ranks = [...this.seen.values()];
    const count = (wanted: number) => ranks.filter((rank) => rank === wanted).length;
    return {
      elapsed: isOfClient ? this.busy : covered(this.serverTimes.length > 0 ? this.serverTimes : this.times),
      runs: ranks.length,
      failed: count(FAILED),
      cancelled: count(CANCELLED),
      running: count(RUNNING),
      letters: this.letters,
    };
  }
}

/** What is told of a client of which several things are known: an error before what is under way. */
const [CANCELLED, RUNNING, FAILED] = [1, 2, 3];
const RANKS: Record<number, number> = {
  [OUTCOME.cancelled]: CANCELLED,
  [OUTCOME.running]: RUNNING,
  [OUTCOME.error]: FAILED,
};

/** Returns how much time intervals cover. */
function covered(times: [number, number][]): number {
  times.sort((one, other) => one[0] - other[0]);
  let [total, reach] = [0, Number.NEGATIVE_INFINITY];
  for (const [start, end] of times) {
    total += Math.max(end - Math.max(start, reach), 0);
    reach = Math.max(reach, end);
  }
  return total;
}
