// Executors that are drawn as one box, and piles of them that are opened.

import type { StackArrangement, StackBox } from "./messages";
import type { Executor } from "./schema";

/** Executors that are drawn as one box: the first of them, and the boxes below. */
export interface Group {
  first: number;
  executor: Executor;
  layers: number[];
  role: string;
  below: Group[];
  /** Whether it was taken out of a pile. */
  opened: boolean;
}

/**
 * Returns the groups of an arrangement.
 *
 * Of each pile whose first executor is in `opened`, that executor stands beside the rest, with what is below it.
 */
export function groupsOf(
  { boxes }: StackArrangement,
  executors: readonly Executor[],
  opened: ReadonlySet<number>,
): Group[] {
  const group = ({ layers, role, below }: StackBox): Group[] => {
    const [first = -1] = layers;
    const executor = executors[first];
    // A message that tells of the executor was lost.
    if (executor === undefined) return [];
    return [{ first, executor, layers, role, below: below.flatMap(group), opened: false }];
  };
  const apart = (some: Group[]): Group[] =>
    some.flatMap((one) => parted(one, executors, opened)).map((one) => ({ ...one, below: apart(one.below) }));
  return apart(boxes.flatMap(group));
}

function parted(group: Group, executors: readonly Executor[], opened: ReadonlySet<number>): Group[] {
  if (group.layers.length < 2 || !opened.has(group.first)) return [group];
  const [first = -1, ...others] = group.layers;
  return [{ ...restricted(group, [first], executors), opened: true }, restricted(group, others, executors)];
}

/** Returns a group with some of its executors, and with what is below these. */
function restricted(group: Group, layers: number[], executors: readonly Executor[]): Group {
  const [first = -1] = layers;
  const executor = executors[first] ?? group.executor;
  const above = new Set(layers);
  const below = group.below.flatMap((lower) => {
    const kept = lower.layers.filter((layer) => above.has(executors[layer]?.parent ?? -1));
    return kept.length > 0 ? [restricted(lower, kept, executors)] : [];
  });
  return { ...group, first, executor, layers, role: layers.length > 1 ? group.role : executor.role, below };
}

/** Returns whether a group and all below it have one placement, and those above have another. */
export function isBranch(group: Group, above: Group | null): boolean {
  const { placement } = group.executor;
  if (placement === "" || above?.executor.placement === placement) return false;
  const has = (one: Group): boolean => one.executor.placement === placement && one.below.every(has);
  return has(group);
}
