import assert from "node:assert/strict";
import { test } from "node:test";
import { type Group, groups } from "./layers";
import type { Executor } from "./schema";

const executor = (name: string, parent: number, role = ""): Executor => ({
  name,
  role,
  placement: "clients",
  first_client: 0,
  num_clients: 1,
  device: "",
  parent,
});

test("executors alike, side by side, are one group", () => {
  const children = [1, 2, 3, 4].map((n) => executor("A", 0, `clients ${n}`));
  const [top] = groups([executor("Top", -1), ...children, executor("B", 0)]);
  assert.deepEqual(
    top?.below.map((group) => group.layers),
    [[1, 2, 3, 4], [5]],
  );
  assert.deepEqual([top?.first, top?.below[0]?.first], [0, 1]);
});

test("a few of one kind stand alone, and so do those of different roles", () => {
  const few = [1, 2, 3].map(() => executor("A", 0));
  assert.equal(groups([executor("Top", -1), ...few])[0]?.below.length, 3);
  const roles = ["server", "clients 0", "clients 1", "clients 2", "clients 3"].map((role) => executor("A", 0, role));
  assert.deepEqual(
    groups([executor("Top", -1), ...roles])[0]?.below.map((group) => group.layers.length),
    [1, 4],
  );
});

test("below a group stands what is below any of it", () => {
  const children = [1, 2, 3, 4].map(() => executor("A", 0));
  const leaves = [1, 2, 3, 4].map((parent) => executor("Leaf", parent));
  const [top] = groups([executor("Top", -1), ...children, ...leaves]);
  assert.deepEqual(top?.below[0]?.below[0]?.layers, [5, 6, 7, 8]);
});

test("there may be several stacks, or none", () => {
  assert.deepEqual(
    groups([executor("A", -1), executor("B", -1)]).map((group) => group.executor.name),
    ["A", "B"],
  );
  assert.deepEqual(groups([]), []);
});

/** A tree of executors as of a composing stack: each level has a server, and twice the level below. */
function composed(levels: number): ReturnType<typeof executor>[] {
  const executors = [executor("Federating", -1)];
  let above = [0];
  for (let level = 0; level < levels; level++) {
    const next: number[] = [];
    for (const parent of above) {
      executors.push(executor("Eager", parent, "server"));
      for (const first of [0, 2]) next.push(executors.push(executor("Federating", parent, `clients ${first}-4`)) - 1);
    }
    above = next;
  }
  return executors;
}

test("a stack that is too wide has what is alike as one box", () => {
  const executors = composed(2);
  const names = (group: Group): unknown => [group.layers.length, group.below.map(names)];
  const leaf = [1, []];
  assert.deepEqual(groups(executors).map(names), [[1, [leaf, [1, [leaf, leaf, leaf]], [1, [leaf, leaf, leaf]]]]]);
  assert.deepEqual(groups(executors, 7).map(names), groups(executors).map(names));
  assert.deepEqual(groups(executors, 6).map(names), [
    [
      1,
      [
        leaf,
        [
          2,
          [
            [2, []],
            [4, []],
          ],
        ],
      ],
    ],
  ]);
});

test("a tree that is too wide still has one box for what its levels repeat", () => {
  const [top] = groups(composed(4), 2);
  const shown = (group: Group): unknown => [group.executor.name, group.layers.length, group.below.map(shown)];
  const [servers, federating] = [1 + 2 + 4 + 8, 2 + 4 + 8 + 16];
  assert.deepEqual(top && shown(top), [
    "Federating",
    1,
    [
      ["Eager", 1, []],
      ["Federating", federating, [["Eager", servers - 1, []]]],
    ],
  ]);
});
