// The executors of a stack as a tree; those alike, side by side, as one.

import type { Executor } from "./schema";

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

/**
 * Returns the topmost groups. Of a stack that would be wider than so many boxes, all alike stand as one; where that
 * is too wide still, so does what a tree of executors repeats from level to level.
 */
export function groups(executors: Executor[], mostColumns = Infinity): Group[] {
  const children = new Map<number, Numbers>();
  for (const child of executors.entries()) append(children, child[1].parent, child);
  return (children.get(-1) ?? []).map((top) => {
    const [loose, tight] = [groupOf([top], children, MAX_ALIKE), groupOf([top], children, 1)];
    return [loose, tight].find((group) => columnsOf(group) <= mostColumns) ?? folded(tight);
  });
}

function groupOf([[first, executor], ...others]: Numbers, children: Map<number, Numbers>, maxAlike: number): Group {
  const layers = [first, ...others.map(([layer]) => layer)];
  const below = partition(
    layers.flatMap((layer) => children.get(layer) ?? []),
    maxAlike,
  );
  return { first, executor, layers, below: below.map((alike) => groupOf(alike, children, maxAlike)) };
}

/** How many boxes the widest part needs side by side. */
function columnsOf({ below }: Group): number {
  return Math.max(
    1,
    below.map(columnsOf).reduce((all, columns) => all + columns, 0),
  );
}

/** Puts what repeats from level to level into the group of the highest level. */
function folded(top: Group): Group {
  const kept = { ...top, below: [] };
  foldInto(kept, top.below, new Map([[kindOf(top.executor), kept]]));
  return kept;
}

function foldInto(group: Group, below: Group[], above: ReadonlyMap<string, Group>): void {
  for (const lower of below) {
    const kind = kindOf(lower.executor);
    let same = above.get(kind) ?? group.below.find((other) => kindOf(other.executor) === kind);
    if (same === undefined) group.below.push((same = { ...lower, layers: [], below: [] }));
    same.layers.push(...lower.layers);
    foldInto(same, lower.below, new Map(above).set(kind, same));
  }
}

function partition(siblings: Numbered[], maxAlike: number): Numbers[] {
  const byKind = new Map<string, Numbers>();
  for (const child of siblings) append(byKind, kindOf(child[1]), child);
  return [...byKind.values()].flatMap((alike) => (alike.length > maxAlike ? [alike] : alike.map(alone)));
}

function kindOf(executor: Executor): string {
  return `${executor.name} ${executor.placement} ${roleOf(executor)}`;
}

/** What an executor is there for, without saying for which or how many clients. */
export function roleOf(executor: Executor): string {
  const role = executor.role.replace(/[\d, …-]+/g, "");
  return role === "client" ? "clients" : role;
}

function alone(child: Numbered): [Numbered] {
  return [child];
}

function append<K>(lists: Map<K, Numbers>, key: K, child: Numbered): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [child]);
  else list.push(child);
}
