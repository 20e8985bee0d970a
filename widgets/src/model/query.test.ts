import assert from "node:assert/strict";
import { test } from "node:test";
import { type Query, queryOf } from "./query";

const QUERIES: [typed: string, query: Query][] = [
  ["  ", { kind: "nothing" }],
  [" Client 7", { kind: "number", of: "client", number: 7 }],
  ["client:7", { kind: "number", of: "client", number: 7 }],
  ["line 4", { kind: "number", of: "line", number: 4 }],
  ["round 2", { kind: "number", of: "round", number: 2 }],
  ["NaN", { kind: "wrong", text: "nan" }],
  ["slow", { kind: "state", state: "slow" }],
  ["> 100 ms", { kind: "time", isLonger: true, milliseconds: 100 }],
  [">1.5s", { kind: "time", isLonger: true, milliseconds: 1500 }],
  ["< 20 µs", { kind: "time", isLonger: false, milliseconds: 0.02 }],
  ["< 20 us", { kind: "time", isLonger: false, milliseconds: 0.02 }],
  [">= 3", { kind: "time", isLonger: true, milliseconds: 3 }],
  ["executor:Sequence", { kind: "name", of: "executor", text: "sequence" }],
  ["step: train", { kind: "name", of: "step", text: "train" }],
  ["client", { kind: "name", of: "", text: "client" }],
  ["> fast", { kind: "name", of: "", text: "> fast" }],
];

for (const [typed, query] of QUERIES)
  test(`'${typed}' asks for ${query.kind}`, () => assert.deepEqual(queryOf(typed), query));
