// What executors, AST nodes and clients did: in all, or in the brushed part of time.

import type { Columns } from "./columns";
import type { Range, Selection } from "./selection";
import { Totals } from "./totals";

/** What was done in a part of time. */
interface Part {
  range: Range;
  version: number;
  layers: Totals;
  nodes: Totals;
  clients: Set<number>;
}

export class Sums {
  private allLayers = new Totals();
  private allNodes = new Totals();
  private brushed: Part | null = null;

  constructor(
    private readonly columns: Columns,
    private readonly selection: Selection,
  ) {}

  /** What each executor did. */
  get layers(): Totals {
    return this.part()?.layers ?? this.allLayers;
  }

  /** What was done for each AST node. */
  get nodes(): Totals {
    return this.part()?.nodes ?? this.allNodes;
  }

  /** Whether a client was at work. */
  wasAtWork(client: number): boolean {
    return this.part()?.clients.has(client) ?? true;
  }

  clear(): void {
    this.allLayers = new Totals();
    this.allNodes = new Totals();
  }

  /** Adds spans that ended. */
  add(ended: number[]): void {
    for (const span of ended) addTo(this.allLayers, this.allNodes, span, this.columns);
  }

  /** Says which spans are under way. */
  setRunning(open: number[]): void {
    this.allLayers.setRunning(open.map((span) => this.columns.layer(span)));
    this.allNodes.setRunning(open.map((span) => this.columns.node(span)));
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
    const part = { range, version: columns.version, layers: new Totals(), nodes: new Totals() };
    const clients = new Set<number>();
    const [from, to] = range;
    for (let span = 0; span < columns.count; span++) {
      if (!columns.isKnown(span) || columns.end(span) < from || columns.start(span) > to) continue;
      addTo(part.layers, part.nodes, span, columns);
      clients.add(columns.client(span));
    }
    return { ...part, clients };
  }
}

function addTo(layers: Totals, nodes: Totals, span: number, columns: Columns): void {
  const time = columns.ownTime(span);
  layers.add(columns.layer(span), time);
  nodes.add(columns.node(span), time);
}
