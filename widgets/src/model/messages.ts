// What the kernel sends: descriptions as JSON, spans as columns of numbers in binary buffers. Rows and columns are
// those of `schema.ts`.

import type { Crossings } from "./crossings";
import type { Measure } from "./measures";
import type { Program } from "./program";
import type { AstNode, Executor, Invocation, Thread, UserFunction } from "./schema";

/** Executors that are drawn as one box: their numbers, what they are there for, and the boxes below. */
export interface StackBox {
  layers: number[];
  role: string;
  below: StackBox[];
}

/** A way to draw a stack: its topmost boxes, and how many boxes its widest part needs side by side. */
export interface StackArrangement {
  across: number;
  boxes: StackBox[];
}

/** Another process, such as a worker: what is said of it, and its share of the time of the busiest. */
export interface HostBox {
  head: string;
  health: string;
  facts: string[];
  share: number;
  lines: string[];
  detail: string;
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

/** Something that went wrong in a line: an error, or where NaN or infinity arose. */
export interface SourceMark {
  kind: "error" | "nan" | "inf";
  text: string;
  span: number;
}

/** What happened in a line of the user's source. */
export interface SourceRow {
  function: number;
  line: number;
  /** Whether its time is spent in what the line calls. */
  is_passed_on: boolean;
  /** Whether it is done at clients, and counted for each of them. */
  at_clients: boolean;
  nodes: number[];
  /** Nanoseconds. */
  elapsed: number;
  done: number;
  failed: number;
  cancelled: number;
  running: number;
  /** For how many it would have been done, had nothing gone wrong. */
  expected: number;
  letters: number;
  size: number;
  /** `server`, `clients`, or empty. */
  crosses_to: string;
  /** The last values that went in and came out. */
  notes: string[];
  marks: SourceMark[];
}

/** A call of a computation; times are nanoseconds. */
export interface RoundRow {
  span: number;
  name: string;
  outcome: string;
  is_first: boolean;
  preparing: number;
  clients: number;
  server: number;
  down: number;
  up: number;
  num_clients: number;
  /** For how long clients were busy; of as many as `clients_per_bar` the longest. */
  bars: number[];
  clients_per_bar: number;
  done: number;
  running: number;
  failed: number;
  wrong: number;
  notes: string[];
  numbers: Record<string, string>;
  /** All of this in words. */
  words: string;
}

/** What was left out of a page of a very large trace: its shortest spans, summed. Times are milliseconds. */
export interface LeftOut {
  spans: number;
  /** The number of all spans. */
  total: number;
  /** Executor, AST node, call, operation, how many spans, own time. */
  executors: [layer: number, node: number, invocation: number, operation: number, spans: number, time: number][];
  /** Client, call, how many spans, own time, how much of it is warm-up, first start, last end. */
  clients: [
    client: number,
    invocation: number,
    spans: number,
    time: number,
    warmUp: number,
    start: number,
    end: number,
  ][];
}

/** What is not a number. Lists are whole: they replace what came before; all but one. */
export interface Description {
  executors?: Executor[];
  nodes?: AstNode[];
  functions?: UserFunction[];
  /** Those from `invocations_from` on; those before stay. */
  invocations?: Invocation[];
  invocations_from?: number;
  threads?: Thread[];
  /** The widest first. */
  stack?: StackArrangement[];
  hosts?: HostBox[];
  /** How far below its root each AST node is. */
  ast?: number[];
  traffic?: Crossings;
  tiles?: Measure[];
  graph?: Graph;
  program?: Program | null;
  source?: SourceRow[];
  rounds?: RoundRow[];
  errors?: Record<string, string>;
  previews?: PreviewsByText;
  /** Of a page, some. */
  drawn?: Record<string, DrawnValue>;
  title?: string;
  left_out?: LeftOut;
  /** What words of the glossary mean; told once. */
  words?: Record<string, string>;
  /** What some of them do, in the few words for which a box has room; told once. */
  briefs?: Record<string, string>;
}

/**
 * Spans, `count` of them. A buffer holds their whole numbers, column after column, one their times, and one for each
 * optional column its numbers.
 */
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
  drawn?: DrawnValue | null;
}

/** What is told of a value beside its preview; numbers are null where one is not finite. */
export interface DrawnValue {
  lines: [string, string][];
  grid: number[];
  cells: (number | null)[];
  /** Whether these are a part of its numbers. */
  is_sampled: boolean;
}

/** What values are, and which spans made such a one: each is told by how far it is from the one before. */
export type PreviewsByText = Record<string, number[]>;

export interface Previews {
  kind: "previews";
  previews: PreviewsByText;
}

/** The kernel knows now that somebody listens. */
export interface Heard {
  kind: "heard";
}

export type Message = Batch | Details | Previews | Heard;

/** What a view asks for: `ready` for all that is, the others for what is known of spans. */
export type Request =
  { kind: "ready"; listener: string } | { kind: "inspect"; span: number } | { kind: "previews"; spans: number[] };
