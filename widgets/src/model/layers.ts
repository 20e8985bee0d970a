// The executors of a stack as a tree; those alike, side by side, as one.

import type { Executor } from "./messages";

// More children of one kind than this become one group.
const MAX_ALIKE = 3;

export interface Group {
  /** The numbers of the executors. */
  layers: number[];
  /** The first of them. */
  executor: Executor;
  below: Group[];
}

export function groups(executors: Executor[]): Group[] {
  const children = new Map<number, number[]>();
  executors.forEach((executor, layer) => {
    const siblings = children.get(executor.parent);
    if (siblings === undefined) children.set(executor.parent, [layer]);
    else siblings.push(layer);
  });
  const visit = (layers: number[]): Group => {
    const below = layers.flatMap((layer) => children.get(layer) ?? []);
    return { layers, executor: executors[layers[0]], below: partition(below, executors).map(visit) };
  };
  return (children.get(-1) ?? []).map((top) => visit([top]));
}

function partition(layers: number[], executors: Executor[]): number[][] {
  const byKind = new Map<string, number[]>();
  for (const layer of layers) {
    const { name, placement, role } = executors[layer];
    const kind = `${name} ${placement} ${role.replace(/[\d, …-]+/g, "")}`;
    const alike = byKind.get(kind);
    if (alike === undefined) byKind.set(kind, [layer]);
    else alike.push(layer);
  }
  return [...byKind.values()].flatMap((alike) => (alike.length > MAX_ALIKE ? [alike] : alike.map((layer) => [layer])));
}
