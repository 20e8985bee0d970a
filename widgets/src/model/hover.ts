// What the pointer is on: the AST nodes that all panels light.

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
