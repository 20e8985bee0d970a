import assert from "node:assert/strict";
import { test } from "node:test";
import type { StackBox } from "./messages";
import type { Executor } from "./schema";
import { type Group, groupsOf, isBranch } from "./stack_groups";

const executor = (name: string, parent: number, placement: Executor["placement"] = "clients"): Executor => ({
  ...{ name, role: `role of ${name}`, placement, first_client: 0, num_clients: 1, device: "", parent },
});
// A top, two branches, and a leaf below each of them.
const EXECUTORS = [executor("Top", -1, ""), executor("A", 0), executor("A", 0), executor("B", 1), executor("B", 2)];
const pile = (layers: number[], below: StackBox[] = []): StackBox => ({ layers, role: "clients", below });
const ARRANGEMENT = { across: 1, boxes: [pile([0], [pile([1, 2], [pile([3, 4])])])] };

const layersOf = (groups: Group[]): unknown[] => groups.map(({ layers, below }) => [layers, ...layersOf(below)]);

test("boxes become groups as the kernel arranged them", () => {
  assert.deepEqual(layersOf(groupsOf(ARRANGEMENT, EXECUTORS, new Set())), [[[0], [[1, 2], [[3, 4]]]]]);
});

test("of an open pile the first stands beside the rest, each with what is below it", () => {
  const [top] = groupsOf(ARRANGEMENT, EXECUTORS, new Set([1]));
  assert.deepEqual(layersOf(top?.below ?? []), [
    [[1], [[3]]],
    [[2], [[4]]],
  ]);
  assert.deepEqual(
    top?.below.map(({ opened, role }) => [opened, role]),
    [
      [true, "role of A"],
      [false, "role of A"],
    ],
  );
});

test("a pile inside an open branch opens by itself", () => {
  const many = [executor("Top", -1, ""), executor("A", 0), executor("A", 0), executor("B", 1), executor("B", 1)];
  const arrangement = { across: 1, boxes: [pile([0], [pile([1, 2], [pile([3, 4])])])] };
  const [top] = groupsOf(arrangement, many, new Set([1, 3]));
  assert.deepEqual(layersOf(top?.below ?? []), [[[1], [[3]], [[4]]], [[2]]]);
});

test("a box of which nothing is known yet is left out", () => {
  assert.deepEqual(groupsOf({ across: 1, boxes: [pile([7])] }, EXECUTORS, new Set()), []);
});

test("a branch is where a placement begins that all below share", () => {
  const [top] = groupsOf(ARRANGEMENT, EXECUTORS, new Set());
  const [branch] = top?.below ?? [];
  assert.ok(top !== undefined && branch !== undefined);
  assert.equal(isBranch(top, null), false);
  assert.equal(isBranch(branch, top), true);
  assert.equal(isBranch(branch.below[0] ?? branch, branch), false);
});
