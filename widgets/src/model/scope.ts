// Which spans belong to what is selected.

import type { Columns } from "./columns";
import type { Legend } from "./legend";
import type { Range, Selection } from "./selection";

type Numbers = ReadonlySet<number>;

/** Says of spans whether they belong to what was selected when it was made; null or -1 where nothing was. */
export class Scope {
  readonly time: Range | null;
  /** The root spans of calls. */
  readonly calls: Numbers | null;
  readonly nodes: Numbers | null;
  readonly layers: Numbers | null;
  readonly client: number;
  /** A span, to which also belong those that are inside it. */
  readonly span: number;
  /** For each span that was there when it was made: whether it is `span`, or inside. */
  private readonly inside: Uint8Array | null;

  constructor(
    selection: Selection,
    private readonly columns: Columns,
    legend: Legend,
  ) {
    const rounds = selection.part("rounds");
    const line = selection.part("line");
    const crossing = selection.part("crossing");
    const layers = selection.part("executor")?.layers;
    const nodes = [selection.part("node")?.node, crossing?.node].filter((node) => node !== undefined);
    const ofLine = line && legend.nodesOfLine(line.function, line.line);
    this.time = selection.range;
    this.calls = rounds ? new Set(legend.invocations.slice(rounds.from, rounds.to + 1).map(({ span }) => span)) : null;
    this.nodes = nodes.length > 0 ? new Set(nodes) : (ofLine ?? null);
    this.layers = layers ? new Set(layers) : null;
    this.client = selection.part("client")?.client ?? crossing?.client ?? -1;
    this.span = selection.part("span")?.span ?? -1;
    this.inside = this.span < 0 ? null : insideOf(this.span, columns);
  }

  /** Whether it holds all spans. */
  get isAll(): boolean {
    const { time, calls, nodes, layers, client, span } = this;
    return time === null && calls === null && nodes === null && layers === null && client < 0 && span < 0;
  }

  /** Whether a span is in the time and the calls, and inside the span. */
  isInPlace(span: number): boolean {
    return this.isInTime(span) && (this.inside === null || this.inside[span] === 1);
  }

  isOfLayer(span: number): boolean {
    return this.layers === null || this.layers.has(this.columns.layer(span));
  }

  isOfNode(span: number): boolean {
    return this.nodes === null || this.nodes.has(this.columns.node(span));
  }

  isOfClient(span: number): boolean {
    return this.client < 0 || this.columns.client(span) === this.client;
  }

  /** Whether a picture of time shows a span clearly. A selected span hides no other: one walks from it to the next. */
  concerns(span: number): boolean {
    if (!this.isInTime(span)) return false;
    return this.span >= 0 || (this.isOfLayer(span) && this.isOfNode(span) && this.isOfClient(span));
  }

  private isInTime(span: number): boolean {
    const { time, calls, columns } = this;
    if (time !== null && (columns.end(span) < time[0] || columns.start(span) > time[1])) return false;
    return calls === null || calls.has(columns.invocation(span));
  }
}

/** A span begins after the one that it is in, and so has a higher number. */
function insideOf(outer: number, columns: Columns): Uint8Array {
  const inside = new Uint8Array(columns.count);
  inside[outer] = 1;
  for (let span = outer + 1; span < columns.count; span++) inside[span] = inside[columns.parent(span)] ?? 0;
  return inside;
}
