// What is known of a trace that is not a number: the names to which the numbers of spans refer.

import type { Crossings } from "./crossings";
import type { Measure } from "./measures";
import type { Description, Graph, HostBox, LeftOut, RoundRow, SourceRow, StackArrangement } from "./messages";
import type { Program } from "./program";
import type { AstNode, Executor, Invocation, Thread, UserFunction } from "./schema";

/** How many clients take part in a call. */
export function numClientsOf(call: Invocation | undefined): number {
  return call?.cardinalities.CLIENTS ?? 0;
}

/** What is called as in `Description` is what came there. */
export class Legend {
  title = "";
  executors: Executor[] = [];
  nodes: AstNode[] = [];
  invocations: Invocation[] = [];
  threads: Thread[] = [];
  stack: StackArrangement[] = [];
  hosts: HostBox[] = [];
  /** How far below its root each AST node is. */
  ast: number[] = [];
  traffic: Crossings | null = null;
  graph: Graph | null = null;
  /** What clients made, in parts that can be compared. */
  tiles: Measure[] = [];
  /** What the last call did. */
  program: Program | null = null;
  functions: UserFunction[] = [];
  /** The lines of these of which something is to be told. */
  source: SourceRow[] = [];
  rounds: RoundRow[] = [];
  /** What a page does not have of a very large trace. */
  left_out: LeftOut | null = null;
  /** What words of the glossary mean. */
  words: Readonly<Record<string, string>> = {};
  /** What some of them do, in few words. */
  briefs: Readonly<Record<string, string>> = {};

  /** Takes what came; what did not come stays as it was. */
  read({ invocations, invocations_from: from = 0, ...others }: Description): void {
    const came = Object.entries(others).filter(([name, told]) => Object.hasOwn(this, name) && told !== null);
    Object.assign(this, Object.fromEntries(came));
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
