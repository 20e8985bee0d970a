// The computation as a tree; the nodes being executed are lit.

import type { TraceStore } from "../model/store";
import { TreePanel, type TreeRow } from "./tree";

export class AstPanel extends TreePanel {
  protected readonly emptyText = "No computation has been called yet.";

  constructor(store: TraceStore) {
    super("ast", "AST node", store);
  }

  describe(): string {
    const lit = this.rows.filter((row) => row.running > 0).map((row) => row.name);
    return `${this.rows.length} nodes${lit.length ? `, executing ${lit.join(", ")}` : ""}`;
  }

  protected makeRows(): TreeRow[] {
    const { legend, sums, selection, search } = this.store;
    return legend.nodes.map((node, number) => ({
      id: String(number),
      depth: legend.ast[number] ?? 0,
      name: node.label,
      detail: [node.edge, node.type].filter(Boolean).join(": "),
      tip: `${node.kind} ${node.label}\n${node.type}`,
      ...sums.nodes.of(number),
      selected: selection.marks.node === number,
      dim: !search.finds(`${node.label} ${node.type}`),
      part: { kind: "node", node: number },
      isOpen: null,
    }));
  }
}
