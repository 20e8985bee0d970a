// The computation as a tree; the nodes being executed are lit.

import type { TraceStore } from "../model/store";
import { TreePanel, type TreeRow } from "./tree";

export class AstPanel extends TreePanel {
  protected readonly emptyText = "No computation has been called yet.";

  constructor(store: TraceStore) {
    super("ast", "AST", "AST node", store);
  }

  describe(): string {
    const lit = this.rows.filter((row) => row.running > 0).map((row) => row.name);
    return `${this.rows.length} nodes${lit.length ? `, executing ${lit.join(", ")}` : ""}`;
  }

  protected makeRows(): TreeRow[] {
    const { nodes, asts, selection, query } = this.store;
    const depths: number[] = [];
    return nodes.map((node, number) => {
      depths[number] = node.parent >= 0 ? depths[node.parent] + 1 : 0;
      return {
        id: String(number),
        depth: depths[number],
        name: node.label,
        detail: [node.edge, node.type].filter(Boolean).join(": "),
        tip: `${node.kind} ${node.label}\n${node.type}`,
        calls: asts.calls[number] ?? 0,
        time: asts.time[number] ?? 0,
        running: asts.running[number] ?? 0,
        selected: selection.node === number,
        dim: query !== "" && !`${node.label} ${node.type}`.toLowerCase().includes(query),
        select: { node: number },
      };
    });
  }
}
