// What happened in steps of a program and in lines of source: in what is selected, and at the moment that is shown.

import type { Columns } from "./columns";
import type { Legend } from "./legend";
import { OPERATIONS, OUTCOME } from "./schema";
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
  /** For how many milliseconds it was under way. */
  elapsed: number;
  /** For how many clients, or in how many calls, it began. */
  runs: number;
  failed: number;
  cancelled: number;
  running: number;
  /** How many values crossed in it between server and clients. */
  letters: number;
}

const CREATE_VALUE = OPERATIONS.indexOf("create_value");
const CREATE_CALL = OPERATIONS.indexOf("create_call");
const COMPUTE = OPERATIONS.indexOf("compute");

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

  /** What identifies the part, between two drawings. */
  get state(): unknown[] {
    const { selection, columns } = this;
    return [selection.moment, selection.parts, this.isOfPart ? columns.version : 0];
  }

  /** Counts what happened in each of some steps or lines. */
  of(counted: readonly Counted[]): StepSum[] {
    const tallies = counted.map(() => new Tally());
    const owners = this.ownersOf(counted);
    const { columns, sums } = this;
    const { scope } = sums;
    const border = this.border();
    const call = this.callOfMoment();
    for (let span = 0; span < columns.count; span++) {
      const owned = owners[columns.node(span)];
      if (owned === undefined || !columns.isKnown(span)) continue;
      if (call !== null && columns.invocation(span) !== call) continue;
      if (!scope.isInPlace(span) || !scope.isOfLayer(span) || !scope.isOfClient(span)) continue;
      for (const k of owned) {
        const atBorder = border[columns.layer(span)] === true && columns.client(span) >= 0;
        tallies[k]?.add(span, columns, counted[k]?.atClients === true, atBorder, this.copies(span));
      }
    }
    this.addCalls(counted, tallies, call);
    return tallies.map((tally) => tally.sum());
  }

  /** Calls of whole computations: their spans belong to no AST node. */
  private addCalls(counted: readonly Counted[], tallies: Tally[], only: number | null): void {
    const { columns, legend, sums } = this;
    const { scope } = sums;
    counted.forEach(({ nodes, atClients }, k) => {
      if (atClients) return;
      for (const call of legend.invocations) {
        if (!nodes.includes(call.root) || !columns.isKnown(call.span) || (only !== null && call.span !== only))
          continue;
        if (scope.isInPlace(call.span) && scope.isOfLayer(call.span) && scope.isOfClient(call.span))
          tallies[k]?.add(call.span, columns, false, false, 1);
      }
    });
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

  /** Which executors are the topmost of clients. */
  private border(): boolean[] {
    const { executors } = this.legend;
    return executors.map(
      ({ placement, parent }) => placement === "clients" && executors[parent]?.placement !== "clients",
    );
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
  private readonly seen = new Map<string, number>();
  private letters = 0;

  add(span: number, columns: Columns, atClients: boolean, atBorder: boolean, copies: number): void {
    const operation = columns.operation(span);
    const outcome = columns.outcome(span);
    if (atBorder && outcome === OUTCOME.ok && (operation === CREATE_VALUE || operation === COMPUTE)) {
      this.letters += operation === CREATE_VALUE ? copies : 1;
    }
    if (atClients && !(atBorder && operation === CREATE_CALL)) return;
    this.times.push([columns.start(span), columns.end(span)]);
    const whom = atClients ? `${columns.invocation(span)} ${columns.client(span)}` : String(columns.invocation(span));
    this.seen.set(whom, Math.max(this.seen.get(whom) ?? 0, RANKS[outcome] ?? 0));
  }

  sum(): StepSum {
    const ranks = [...this.seen.values()];
    return {
      elapsed: covered(this.times),
      runs: ranks.length,
      failed: ranks.filter((rank) => rank === FAILED).length,
      cancelled: ranks.filter((rank) => rank === CANCELLED).length,
      running: ranks.filter((rank) => rank === RUNNING).length,
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
