// The execution stack: executors as layers, with what they did and do.

import type { Executor } from "../model/messages";
import type { TraceStore } from "../model/store";
import { TreePanel, type TreeRow } from "./tree";

// More children of one kind than this become one row.
const MAX_ALIKE = 6;

interface Group {
  layers: number[];
  executor: Executor;
  depth: number;
}

export class StackPanel extends TreePanel {
  protected readonly emptyText = "No executor has been used yet.";

  constructor(store: TraceStore) {
    super("stack", "Stack", "executor", store);
  }

  describe(): string {
    const { calls } = this.store.layerTotals;
    return `${this.store.executors.length} executors, ${calls.reduce((sum, n) => sum + n, 0)} calls`;
  }

  protected makeRows(): TreeRow[] {
    return groups(this.store.executors).map((group) => this.row(group));
  }

  private row({ layers, executor, depth }: Group): TreeRow {
    const { calls, time, running } = this.store.layerTotals;
    const sum = (numbers: number[]) => layers.reduce((total, layer) => total + (numbers[layer] ?? 0), 0);
    const { selection, query } = this.store;
    const detail = layers.length > 1 ? `× ${layers.length}` : executor.role;
    return {
      id: String(layers[0]),
      depth,
      name: executor.name,
      detail,
      tip: `${executor.name} ${detail}`.trim(),
      calls: sum(calls),
      time: sum(time),
      running: sum(running),
      selected: layers.includes(selection.layer),
      dim: query !== "" && !`${executor.name} ${executor.role}`.toLowerCase().includes(query),
      select: { layer: layers[0] },
    };
  }
}

/** Returns the executors from the top downwards; those alike in one place as one group. */
export function groups(executors: Executor[]): Group[] {
  const children = new Map<number, number[]>();
  executors.forEach((executor, layer) => {
    children.set(executor.parent, [...(children.get(executor.parent) ?? []), layer]);
  });
  const found: Group[] = [];
  const visit = (layers: number[], depth: number): void => {
    found.push({ layers, executor: executors[layers[0]], depth });
    const below = layers.flatMap((layer) => children.get(layer) ?? []);
    for (const alike of partition(below, executors)) visit(alike, depth + 1);
  };
  for (const top of children.get(-1) ?? []) visit([top], 0);
  return found;
}

function partition(layers: number[], executors: Executor[]): number[][] {
  const byKind = new Map<string, number[]>();
  for (const layer of layers) {
    const kind = `${executors[layer].name} ${executors[layer].placement} ${executors[layer].role.replace(/[\d, …-]+/g, "")}`;
    byKind.set(kind, [...(byKind.get(kind) ?? []), layer]);
  }
  return [...byKind.values()].flatMap((alike) => (alike.length > MAX_ALIKE ? [alike] : alike.map((layer) => [layer])));
}
