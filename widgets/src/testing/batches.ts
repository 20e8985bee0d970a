// Batches as the kernel sends them, for tests.

import type { Batch, Description } from "../model/messages";
import {
  INT_COLUMNS,
  type IntColumn,
  NONE,
  OPTIONAL_COLUMNS,
  type OptionalColumn,
  OUTCOME,
  TIME_COLUMNS,
  type TimeColumn,
} from "../model/schema";
import { TraceStore } from "../model/store";

/** A span: what is left out is 0 for times, a good end for the outcome, and none for the rest. */
export type Row = Partial<Record<IntColumn | TimeColumn | OptionalColumn, number>>;

export const DESCRIPTION: Description = {
  executors: [
    {
      name: "EagerTFExecutor",
      role: "clients 0-1",
      placement: "clients",
      first_client: 0,
      num_clients: 2,
      device: "",
      parent: -1,
    },
  ],
  nodes: [
    {
      parent: -1,
      kind: "Call",
      label: "call federated_map",
      type: "",
      edge: "",
      function: -1,
      line: 0,
      variable: "",
    },
  ],
  invocations: [{ span: 0, name: "f", root: 0, cardinalities: { CLIENTS: 3 } }],
  threads: [{ name: "main" }],
  stack: [{ across: 1, boxes: [{ layers: [0], role: "clients 0-1", below: [] }] }],
  ast: [0],
};

/** Returns a batch and its buffers; the last spans, as many as are said, are under way. */
export function batchOf(rows: Row[], running = 0, others: Partial<Batch> = {}): [Batch, ArrayBuffer[]] {
  const ints = INT_COLUMNS.flatMap((name) => rows.map((row) => wholeOf(row, name)));
  const times = TIME_COLUMNS.flatMap((name) => rows.map((row) => row[name] ?? 0));
  const optional = OPTIONAL_COLUMNS.map((name) => rows.flatMap((row) => row[name] ?? []));
  const batch: Batch = {
    kind: "batch",
    reset: false,
    running,
    count: rows.length,
    now: 10,
    dropped: 0,
    finished: false,
    description: DESCRIPTION,
    ...others,
  };
  const floats = [times, ...optional].map((numbers) => Float64Array.from(numbers).buffer);
  return [batch, [Int32Array.from(ints).buffer, ...floats]];
}

function wholeOf(row: Row, name: IntColumn): number {
  const optional = OPTIONAL_COLUMNS.find((known) => name === `has_${known}`);
  if (optional !== undefined) return Number(row[optional] !== undefined);
  return row[name] ?? (name === "outcome" ? OUTCOME.ok : NONE);
}

/** Returns a store that holds these spans. */
export function storeOf(rows: Row[], running = 0, others: Partial<Batch> = {}): TraceStore {
  const store = new TraceStore();
  store.receive(...batchOf(rows, running, others));
  return store;
}
