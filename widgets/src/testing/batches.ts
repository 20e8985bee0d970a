// Batches as the kernel sends them, for tests.

import {
  type Batch,
  type Description,
  FLOAT_COLUMNS,
  type FloatColumn,
  INT_COLUMNS,
  type IntColumn,
} from "../model/messages";
import { TraceStore } from "../model/store";

/** A span: what is left out is 0 for times, a good end for the outcome, and none for the rest. */
export type Row = Partial<Record<IntColumn | FloatColumn, number>>;

export const DESCRIPTION: Description = {
  executors: [
    { name: "EagerTFExecutor", role: "clients 0-1", placement: "clients", first_client: 0, num_clients: 2, parent: -1 },
  ],
  nodes: [{ parent: -1, kind: "Call", label: "call federated_map", type: "", edge: "" }],
  invocations: [{ span: 0, name: "f", root: 0, num_clients: 3 }],
  threads: ["main"],
  stack: [{ columns: 1, boxes: [{ layers: [0], role: "clients 0-1", below: [] }] }],
  ast: [0],
};

/** Returns a batch and its buffers; the last spans, as many as are said, are under way. */
export function batchOf(rows: Row[], running = 0, others: Partial<Batch> = {}): [Batch, ArrayBuffer[]] {
  const ints = INT_COLUMNS.flatMap((name) => rows.map((row) => row[name] ?? (name === "outcome" ? 0 : -1)));
  const floats = FLOAT_COLUMNS.flatMap((name) => rows.map((row) => row[name] ?? 0));
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
  return [batch, [Int32Array.from(ints).buffer, Float64Array.from(floats).buffer]];
}

/** Returns a store that holds these spans. */
export function storeOf(rows: Row[], running = 0, others: Partial<Batch> = {}): TraceStore {
  const store = new TraceStore();
  store.receive(...batchOf(rows, running, others));
  return store;
}
