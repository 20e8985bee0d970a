import assert from "node:assert/strict";
import { test } from "node:test";
import { crossed } from "../testing/crossed";
import { Legend, numClientsOf } from "./legend";

const call = (span: number, clients = 0) => ({
  span,
  name: `call at ${span}`,
  root: 0,
  cardinalities: { CLIENTS: clients },
});

test("a list that comes replaces the one before, and what does not come stays", () => {
  const legend = new Legend();
  legend.read({ title: "f", threads: [{ name: "main" }], graph: { calls: [], edges: [], hidden: 2 } });
  legend.read({ threads: [{ name: "main" }, { name: "worker" }], traffic: crossed() });
  assert.equal(legend.title, "f");
  assert.deepEqual(legend.threads, [{ name: "main" }, { name: "worker" }]);
  assert.equal(legend.graph?.hidden, 2);
});

test("a list that did not come is the same list: a panel need not draw it again", () => {
  const legend = new Legend();
  legend.read({ traffic: crossed() });
  const { traffic } = legend;
  legend.read({ title: "other" });
  assert.equal(legend.traffic, traffic);
});

test("calls are told from a number on; those before stay", () => {
  const legend = new Legend();
  legend.read({ invocations: [call(0), call(5)] });
  legend.read({ invocations_from: 1, invocations: [call(6), call(9)] });
  assert.deepEqual(
    legend.invocations.map(({ span }) => span),
    [0, 6, 9],
  );
  legend.read({ invocations: [call(1)] });
  assert.deepEqual(
    legend.invocations.map(({ span }) => span),
    [1],
  );
});

test("a call is found by its root span", () => {
  const legend = new Legend();
  legend.read({ invocations: [call(0, 3), call(5, 2)] });
  assert.equal(legend.callAt(5)?.cardinalities.CLIENTS, 2);
  assert.equal(legend.callAt(1), undefined);
});

test("a call to which no clients belong has none", () => {
  assert.deepEqual([call(0, 3), { ...call(1), cardinalities: {} }].map(numClientsOf), [3, 0]);
});

test("only what belongs here is taken from a description", () => {
  const legend = new Legend();
  const known = Object.keys(legend);
  legend.read({ errors: { 1: "no" }, previews: { 3: [1] }, title: "f" });
  assert.deepEqual(Object.keys(legend), known);
});
