// Made by `make schema` from tffsim/tracing/document. Change it there.

/** An executor of the stack. */
export interface Executor {
  name: string;
  role: string;
  placement: "" | "server" | "clients";
  first_client: number;
  num_clients: number;
  device: string;
  parent: number;
}

/** A thread: its name, and for how many nanoseconds spans ran on it. */
export interface Thread {
  name: string;
}

/** A node of an AST, as a trace keeps it. */
export interface AstNode {
  parent: number;
  kind: string;
  label: string;
  type: string;
  edge: string;
  function: number;
  line: number;
  variable: string;
}

/** A function of the user that takes part. */
export interface UserFunction {
  name: string;
  file: string;
  line: number;
  text: string;
}

/** A call of a computation: its root span, its name, the root of its AST, and how many participants there are. */
export interface Invocation {
  span: number;
  name: string;
  root: number;
  cardinalities: Record<string, number>;
}

/** Whole numbers, one for each span; -1 is none. */
export const INT_COLUMNS = [
  "id",
  "parent",
  "invocation",
  "layer",
  "operation",
  "outcome",
  "client",
  "node",
  "thread",
  "worker",
  "has_scalar",
] as const;

/** Times, one for each span, in milliseconds. */
export const TIME_COLUMNS = ["start", "end", "self_time", "queue_time", "worker_time"] as const;

/** Numbers of some spans: those whose column `has_…` is 1. NaN is a number, none is not. */
export const OPTIONAL_COLUMNS = ["scalar"] as const;

export type IntColumn = (typeof INT_COLUMNS)[number];
export type TimeColumn = (typeof TIME_COLUMNS)[number];
export type OptionalColumn = (typeof OPTIONAL_COLUMNS)[number];

export const OPERATIONS = [
  "invoke",
  "create_value",
  "create_call",
  "create_struct",
  "create_selection",
  "compute",
] as const;

export const OUTCOMES = ["ok", "error", "cancelled", "running"] as const;

/** The numbers of operations. */
export const OPERATION = {
  invoke: 0,
  create_value: 1,
  create_call: 2,
  create_struct: 3,
  create_selection: 4,
  compute: 5,
} as const;

/** The numbers of outcomes; of a span that is not there, the last. */
export const OUTCOME = {
  ok: 0,
  error: 1,
  cancelled: 2,
  running: 3,
  unknown: 255,
} as const;

/** The number that stands for none, in all columns but that of outcomes. */
export const NONE = -1;

/** In how many milliseconds a page counts times. */
export const TICK = 0.000125;

/** The units of times, the largest first, in nanoseconds. */
export const TIMES: readonly [string, number][] = [
  ["s", 1000000000],
  ["ms", 1000000],
  ["µs", 1000],
  ["ns", 1],
];

/** The units of sizes, the largest first, in bytes. */
export const SIZES: readonly [string, number][] = [
  ["GB", 1000000000],
  ["MB", 1000000],
  ["kB", 1000],
  ["B", 1],
];

/** From how much of a unit on a number is told in it; and from how much of it with fewer decimals. */
export const ENOUGH = 0.9995;
export const NO_DECIMALS = 99.95;
export const ONE_DECIMAL = 9.995;
