// What the pointer is on: the AST nodes that all panels light.

import type { Columns } from "./columns";
import type { Legend } from "./legend";

export class Hover {
  private nodes: readonly number[] = [];
  private lit: ReadonlySet<number> = new Set();

  constructor(
    private readonly legend: Legend,
    private readonly changed: () => void,
  ) {}

  get isOn(): boolean {
    return this.nodes.length > 0;
  }

  /** Whether a node is lit: one under the pointer, one below it, or one above it, save the root of all. */
  lights(node: number): boolean {
    return this.lit.has(node);
  }

  /** Whether a span is to be pale: something is under the pointer, and it belongs to something else. */
  dims(span: number, columns: Columns): boolean {
    return this.isOn && !this.lit.has(columns.node(span));
  }

  /** The clients of a call that did something for what is under the pointer; null if there is none. */
  clientsOf(call: number, columns: Columns): ReadonlySet<number> | null {
    if (!this.isOn) return null;
    const isOf = (span: number) => columns.client(span) >= 0 && columns.invocation(span) === call;
    const spans = columns.where((span) => isOf(span) && this.lit.has(columns.node(span)));
    return spans.length > 0 ? new Set(spans.map((span) => columns.client(span))) : null;
  }

  /** Says what is under the pointer now; without nodes that is nothing. */
  show(nodes: readonly number[]): void {
    if (nodes.length === this.nodes.length && nodes.every((node, k) => node === this.nodes[k])) return;
    this.nodes = nodes;
    const lit = this.legend.withAllBelow(nodes);
    for (const node of nodes) {
      let above = this.legend.nodes[node]?.parent ?? -1;
      for (; (this.legend.nodes[above]?.parent ?? -1) >= 0; above = this.legend.nodes[above]?.parent ?? -1)
        lit.add(above);
    }
    this.lit = lit;
    this.changed();
  }
}
