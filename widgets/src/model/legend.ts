// What is known of a trace that is not a number: the names to which the numbers of spans refer.

import type { Crossings } from "./crossings";
import type { Description, Graph, LeftOut, RoundRow, SourceRow, StackArrangement } from "./messages";
import type { Program } from "./program";
import type { AstNode, Executor, Invocation, Thread, UserFunction } from "./schema";

/** How many clients take part in a call. */
export function numClientsOf(call: Invocation | undefined): number {
  return call?.cardinalities.CLIENTS ?? 0;
}

export class Legend {
  title = "";
  executors: Executor[] = [];
  nodes: AstNode[] = [];
  invocations: Invocation[] = [];
  threads: Thread[] = [];
  stack: StackArrangement[] = [];
  /** How far below its root each AST node is. */
  depths: number[] = [];
  traffic: Crossings | null = null;
  graph: Graph | null = null;
  /** What the last call did. */
  program: Program | null = null;
  functions: UserFunction[] = [];
  /** The lines of these of which something is to be told. */
  source: SourceRow[] = [];
  rounds: RoundRow[] = [];
  /** What a page does not have of a very large trace. */
  leftOut: LeftOut | null = null;
  /** What words of the glossary mean. */
  words: Readonly<Record<string, string>> = {};
  /** What some of them do, in few words. */
  briefs: Readonly<Record<string, string>> = {};

  /** Takes what came; what did not come stays as it was. */
  read(description: Description): void {
    this.title = description.title ?? this.title;
    this.executors = description.executors ?? this.executors;
    this.nodes = description.nodes ?? this.nodes;
    this.threads = description.threads ?? this.threads;
    this.stack = description.stack ?? this.stack;
    this.depths = description.ast ?? this.depths;
    this.traffic = description.traffic ?? this.traffic;
    this.graph = description.graph ?? this.graph;
    this.program = description.program ?? this.program;
    this.functions = description.functions ?? this.functions;
    this.source = description.source ?? this.source;
    this.rounds = description.rounds ?? this.rounds;
    this.leftOut = description.left_out ?? this.leftOut;
    this.words = description.words ?? this.words;
    this.briefs = description.briefs ?? this.briefs;
    const { invocations, invocations_from: from = 0 } = description;
    if (invocations !== undefined) this.invocations = [...this.invocations.slice(0, from), ...invocations];
  }

  /** Returns the AST nodes of which a line of a function tells, or else those that were written there. */
  nodesOfLine(number: number, line: number): Set<number> {
    const row = this.source.find((found) => found.function === number && found.line === line);
    if (row !== undefined) return this.withAllBelow(row.nodes);
    const isThere = (node: AstNode) => node.function === number && node.line === line;
    return new Set(this.nodes.flatMap((node, k) => (isThere(node) ? [k] : [])));
  }

  /** Returns AST nodes and all that are below them. A node has a higher number than the one above. */
  withAllBelow(nodes: Iterable<number>): Set<number> {
    const found = new Set(nodes);
    this.nodes.forEach(({ parent }, k) => {
      if (found.has(parent)) found.add(k);
    });
    return found;
  }

  /** Returns the call whose root span this is. */
  callAt(span: number): Invocation | undefined {
    return this.invocations.find((call) => call.span === span);
  }
}
