// The executors of a stack as a tree; those alike, side by side, as one.

import type { Executor } from "./messages";

// More children of one kind than this become one group.
const MAX_ALIKE = 3;

export interface Group {
  /** The number of the first of the executors, and that executor. */
  first: number;
  executor: Executor;
  /** The numbers of all of them. */
  layers: number[];
  below: Group[];
}

type Numbered = [layer: number, executor: Executor];
/** At least one. */
type Numbers = [Numbered, ...Numbered[]];

export function groups(executors: Executor[]): Group[] {
  const children = new Map<number, Numbers>();
  for (const child of executors.entries()) append(children, child[1].parent, child);
  const visit = ([[first, executor], ...others]: Numbers): Group => {
    const layers = [first, ...others.map(([layer]) => layer)];
    const below = layers.flatMap((layer) => children.get(layer) ?? []);
    return { first, executor, layers, below: partition(below).map(visit) };
  };
  return (children.get(-1) ?? []).map((top) => visit([top]));
}

function partition(siblings: Numbered[]): Numbers[] {
  const byKind = new Map<string, Numbers>();
  for (const child of siblings) {
    const { name, placement, role } = child[1];
    append(byKind, `${name} ${placement} ${role.replace(/[\d, …-]+/g, "")}`, child);
  }
  return [...byKind.values()].flatMap((alike) => (alike.length > MAX_ALIKE ? [alike] : alike.map(alone)));
}

function alone(child: Numbered): [Numbered] {
  return [child];
}

function append<K>(lists: Map<K, Numbers>, key: K, child: Numbered): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [child]);
  else list.push(child);
}
