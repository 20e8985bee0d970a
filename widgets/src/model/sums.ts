// What executors, AST nodes and clients did: in all, or in the brushed part of time.

import type { Columns } from "./columns";
import { OPERATIONS } from "./schema";
import type { Range, Selection } from "./selection";
import { Totals } from "./totals";

const INVOKE = OPERATIONS.indexOf("invoke");
const CREATE_CALL = OPERATIONS.indexOf("create_call");

/** What was done in a part of time. */
interface Part extends Work {
  range: Range;
  version: number;
  clients: Set<number>;
}

/** Sums by executor, by AST node, by call of a computation, and of executors' calls of functions alone. */
interface Work {
  layers: Totals;
  nodes: Totals;
  invocations: Totals;
  functions: Totals;
}

export class Sums {
  private all = noWork();
  private brushed: Part | null = null;

  constructor(
    private readonly columns: Columns,
    private readonly selection: Selection,
  ) {}

  /** What each executor did. */
  get layers(): Totals {
    return this.work.layers;
  }

  /** What was done for each AST node. */
  get nodes(): Totals {
    return this.work.nodes;
  }

  /** What execution contexts did themselves, by the calls of computations. */
  get invocations(): Totals {
    return this.work.invocations;
  }

  /** What each executor did where it called something. */
  get functions(): Totals {
    return this.work.functions;
  }

  /** Whether a client was at work. */
  wasAtWork(client: number): boolean {
    return this.part()?.clients.has(client) ?? true;
  }

  clear(): void {
    this.all = noWork();
  }

  /** Adds spans that ended. */
  add(ended: number[]): void {
    for (const span of ended) addTo(this.all, span, this.columns);
  }

  /** Says which spans are under way. */
  setRunning(open: number[]): void {
    const { columns, all } = this;
    const within = (operation: number) => open.filter((span) => columns.operation(span) === operation);
    all.layers.setRunning(open.map((span) => columns.layer(span)));
    all.nodes.setRunning(open.map((span) => columns.node(span)));
    all.invocations.setRunning(within(INVOKE).map((span) => columns.invocation(span)));
    all.functions.setRunning(within(CREATE_CALL).map((span) => columns.layer(span)));
  }

  private get work(): Work {
    return this.part() ?? this.all;
  }

  /** Sums over the brushed part of time are made when they are asked for, once for each change. */
  private part(): Part | null {
    const { range } = this.selection;
    if (range === null) return null;
    const { brushed, columns } = this;
    if (brushed?.range === range && brushed.version === columns.version) return brushed;
    this.brushed = this.within(range);
    return this.brushed;
  }

  private within(range: Range): Part {
    const { columns } = this;
    const part = { range, version: columns.version, ...noWork() };
    const clients = new Set<number>();
    const [from, to] = range;
    for (let span = 0; span < columns.count; span++) {
      if (!columns.isKnown(span) || columns.end(span) < from || columns.start(span) > to) continue;
      addTo(part, span, columns);
      clients.add(columns.client(span));
    }
    return { ...part, clients };
  }
}

function noWork(): Work {
  return { layers: new Totals(), nodes: new Totals(), invocations: new Totals(), functions: new Totals() };
}

function addTo(work: Work, span: number, columns: Columns): void {
  const time = columns.ownTime(span);
  work.layers.add(columns.layer(span), time);
  work.nodes.add(columns.node(span), time);
  const operation = columns.operation(span);
  if (operation === INVOKE) work.invocations.add(columns.invocation(span), time);
  if (operation === CREATE_CALL) work.functions.add(columns.layer(span), time);
}
