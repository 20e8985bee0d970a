import assert from "node:assert/strict";
import { test } from "node:test";
import { DESCRIPTION, storeOf } from "../testing/batches";
import { MEASURE } from "../testing/measures";
import { PROGRAM } from "../testing/programs";
import { factsOf } from "./facts";
import type { Part } from "./selection";

const SPAN = { parent: 0, invocation: 0, layer: 0, node: 0 };
const ROWS = [
  { id: 0, invocation: 0, start: 0, end: 10, self_time: 1 },
  { ...SPAN, id: 1, operation: 2, client: 0, start: 1, end: 3, self_time: 2 },
  { ...SPAN, id: 2, operation: 2, client: 1, start: 3, end: 8, self_time: 5 },
];

function told(...parts: Part[]): Record<string, string> {
  const store = storeOf(ROWS, 0, {
    finished: true,
    description: { ...DESCRIPTION, program: PROGRAM, previews: { 14: [2] } },
  });
  store.selection.select(...parts);
  return Object.fromEntries(factsOf(store).map(({ name, text }) => [name, text]));
}

test("of the whole run it is told what came out and where the time went, and no sum of what overlaps", () => {
  const { time, spans, longest, "own time": own } = told();
  assert.deepEqual([time, spans, longest, own], ["2 ms", "3", "5.00 ms · EagerTFExecutor · 14", undefined]);
});

test("of every kind it is told how much of all belongs to it", () => {
  const kinds: [Part, string, string][] = [
    [{ kind: "executor", layers: [0] }, "2 of 3", "7.00 ms · 88 %"],
    [{ kind: "node", node: 0 }, "2 of 3", "7.00 ms · 88 %"],
    [{ kind: "line", function: -1, line: 0 }, "2 of 3", "7.00 ms · 88 %"],
    [{ kind: "crossing", node: 0, client: 1 }, "1 of 3", "5.00 ms · 63 %"],
    [{ kind: "rounds", from: 0, to: 0 }, "3 of 3", "8.00 ms · 100 %"],
    [{ kind: "time", range: [9, 10] }, "1 of 3", "1.00 ms · 13 %"],
  ];
  for (const [part, spans, time] of kinds) {
    const facts = told(part);
    const own = `${time}, added up also where several ran at once`;
    assert.deepEqual([facts.spans, facts["own time"]], [spans, own], part.kind);
  }
});

test("of a client of one call its time is told once, and of several calls that of all, too", () => {
  const { spans, time, "own time": own } = told({ kind: "client", client: 0 });
  assert.deepEqual([spans, time, own], ["1 of 3", "busy 2.00 ms of 2.00 ms, 2.00 ms of it warm-up", undefined]);
  const calls = [0, 5].map((span) => ({ span, name: "f", root: 0, cardinalities: { CLIENTS: 2 } }));
  const later = { parent: 5, invocation: 5, layer: 0, client: 0 };
  const rows = [...ROWS, { id: 5, invocation: 5 }, { ...later, id: 6, start: 10, end: 14, self_time: 4 }];
  const store = storeOf(rows, 0, { finished: true, description: { ...DESCRIPTION, invocations: calls } });
  store.selection.select({ kind: "client", client: 0 });
  const facts = Object.fromEntries(factsOf(store).map(({ name, text }) => [name, text]));
  assert.match(facts.time ?? "", /^busy 4\.00 ms of 4\.00 ms/);
  assert.match(facts["in all calls"] ?? "", /^6\.00 ms/);
});

test("each kind tells what it is", () => {
  assert.equal(told({ kind: "client", client: 1 }).client, "1 · done");
  assert.equal(told({ kind: "client", client: 9 }).client, "9 · took no part in this call");
  assert.equal(told({ kind: "executor", layers: [0] }).for, "clients 0-1");
  assert.equal(told({ kind: "node", node: 0 }).plan, "call federated_map");
  assert.equal(told({ kind: "rounds", from: 0, to: 0 }).calls, "f");
  assert.equal(told({ kind: "span", span: 2 }).span, "2 · create_call · ok");
  assert.equal(told({ kind: "span", span: 2 }).value, "14");
});

test("of an error the first line is told first, and all of it at the end", () => {
  const error = "InvalidArgumentError: too large\nx < y did not hold\nCell [3]:4: f(x)";
  const rows = [...ROWS.slice(0, 2), { ...SPAN, id: 2, operation: 2, outcome: 1, client: 1, start: 3, end: 8 }];
  const store = storeOf(rows, 0, { finished: true, description: { ...DESCRIPTION, errors: { 2: error } } });
  store.selection.select({ kind: "span", span: 2 });
  const told = factsOf(store).map(({ name, text }) => [name, text]);
  assert.deepEqual(told[0], ["error", "too large"]);
  assert.deepEqual(told.at(-2), ["in full", error]);
});

test("of a client it is told in which round, and how many examples it had", () => {
  const calls = [0, 5].map((span) => ({ span, name: "f", root: 0, cardinalities: { CLIENTS: 2 } }));
  const rows = [...ROWS, { id: 5, invocation: 5 }, { id: 6, parent: 5, invocation: 5, client: 0 }];
  const description = { ...DESCRIPTION, invocations: calls, tiles: [MEASURE] };
  const store = storeOf(rows, 0, { finished: true, description });
  store.selection.select({ kind: "client", client: 0 });
  assert.equal(factsOf(store)[0]?.text, "0 · done · round 2 of 2 · 37 examples");
  store.selection.select({ kind: "client", client: 1 });
  assert.match(factsOf(store)[0]?.text ?? "", /^1 · [^·]* · round 2 of 2$/);
});
