// What the kernel sends: descriptions as JSON, spans as columns of numbers in binary buffers.

import type { Program } from "./program";

/** An executor of the stack; `parent` is the number of the one above, or -1. */
export interface Executor {
  name: string;
  role: string;
  placement: string;
  first_client: number;
  num_clients: number;
  parent: number;
}

/** A node of an AST; `parent` is the number of the node above, or -1. */
export interface AstNode {
  parent: number;
  kind: string;
  label: string;
  type: string;
  edge: string;
}

/** A call of a computation: its root span, its AST and the size of its cohort. */
export interface Invocation {
  span: number;
  name: string;
  root: number;
  num_clients: number;
}

/** Executors that are drawn as one box: their numbers, what they are there for, and the boxes below. */
export interface StackBox {
  layers: number[];
  role: string;
  below: StackBox[];
}

/** A way to draw a stack: its topmost boxes, and how many boxes its widest part needs side by side. */
export interface StackArrangement {
  columns: number;
  boxes: StackBox[];
}

/** Values that crossed between server and clients for one reason. */
export interface TrafficRow {
  name: string;
  detail: string;
  visibility: string;
  /** In bytes. */
  size: number;
}

/** A call, and the value that it made; one for all clients where they do the same. */
export interface GraphCall {
  span: number;
  label: string;
  /** What its box says. */
  words: string;
  value: string;
  placement: string;
  count: number;
  self_ms: number;
  failed: boolean;
  column: number;
  /** Numbers between rows are possible. */
  row: number;
  /** The spans of clients that it stands for, if they are not too many. */
  members?: number[];
}

/** From a call to one that uses its value (`flow`), or to that of the next client (`carry`). */
export interface GraphEdge {
  source: number;
  target: number;
  kind: "flow" | "carry";
  /** The rows in which it passes the columns between. */
  passed: number[];
}

export interface Graph {
  calls: GraphCall[];
  edges: GraphEdge[];
  hidden: number;
}

/** What is not a number. Lists are whole: they replace what came before; all but one. */
export interface Description {
  executors?: Executor[];
  nodes?: AstNode[];
  /** Those from `invocations_from` on; those before stay. */
  invocations?: Invocation[];
  invocations_from?: number;
  threads?: string[];
  /** The widest first. */
  stack?: StackArrangement[];
  /** How far below its root each AST node is. */
  ast?: number[];
  traffic?: TrafficRow[];
  graph?: Graph;
  program?: Program | null;
  errors?: Record<string, string>;
  previews?: Record<string, string>;
  title?: string;
  /** What words of the glossary mean; told once. */
  words?: Record<string, string>;
}

/** Spans, `count` of them; the columns follow one another in two buffers. */
export interface Batch {
  kind: "batch";
  /** Whether this replaces all that came before. */
  reset: boolean;
  /** How many of the spans, the last ones, are under way. */
  running: number;
  count: number;
  /** Milliseconds since the trace began. */
  now: number;
  dropped: number;
  finished: boolean;
  description: Description;
}

/** What is known of one span or value, asked for by its number. */
export interface Details {
  kind: "details";
  span: number;
  lines: [string, string][];
}

/** What values are, by the numbers of the spans that made them. */
export interface Previews {
  kind: "previews";
  previews: Record<string, string>;
}

/** The kernel knows now that somebody listens. */
export interface Heard {
  kind: "heard";
}

export type Message = Batch | Details | Previews | Heard;

/** What a view asks for: `ready` for all that is, the others for what is known of spans. */
export type Request =
  { kind: "ready"; listener: string } | { kind: "inspect"; span: number } | { kind: "previews"; spans: number[] };

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
] as const;
export const FLOAT_COLUMNS = ["start", "end", "self", "queue", "work"] as const;

export type IntColumn = (typeof INT_COLUMNS)[number];
export type FloatColumn = (typeof FLOAT_COLUMNS)[number];

export const OPERATIONS = ["invoke", "create_value", "create_call", "create_struct", "create_selection", "compute"];
export const OUTCOMES = ["ok", "error", "cancelled", "running"];
/** The numbers of outcomes; of a span that is not there, the last. */
export const OUTCOME = { ok: 0, error: 1, cancelled: 2, running: 3, unknown: 255 } as const;

/** The number that stands for none, in all columns but that of outcomes. */
export const NONE = -1;
