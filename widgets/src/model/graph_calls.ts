// The calls of a graph as they are shown: of all clients, or of one of them.

import type { Graph, GraphCall, GraphEdge } from "./messages";
import { OUTCOME } from "./schema";
import type { TraceStore } from "./store";
import { say } from "./words";

export interface ShownCall {
  span: number;
  column: number;
  row: number;
  placement: string;
  label: string;
  words: string;
  value: string;
  /** For how many clients, or how many times, the same was done. */
  copies: number;
  ownTime: number;
  failed: boolean;
}

export interface ShownGraph {
  /** In the order of those of the graph. */
  calls: ShownCall[];
  edges: GraphEdge[];
}

type Source = Pick<TraceStore, "columns" | "requests">;

/** Returns a graph as a client did it; with -1, all that it stands for. */
export function shownGraph(graph: Graph, client: number, source: Source): ShownGraph {
  const calls = graph.calls.map((call) => (client < 0 ? ofAll(call) : ofClient(call, client, source)));
  const shown = new Map(graph.calls.map((call, k) => [call.span, calls[k]?.span ?? call.span]));
  const end = (span: number) => shown.get(span) ?? span;
  const edges = graph.edges
    .filter((edge) => client < 0 || edge.kind !== "carry")
    .map((edge) => ({ ...edge, source: end(edge.source), target: end(edge.target) }));
  return { calls, edges };
}

function ofAll({ span, column, row, placement, label, words, value, count, self_ms, failed }: GraphCall): ShownCall {
  return { span, column, row, placement, label, words, value, copies: count, ownTime: self_ms, failed };
}

/** Takes the part of a client out of a call of many; what is done once is the same for all. */
function ofClient(call: GraphCall, client: number, { columns, requests }: Source): ShownCall {
  if (call.members === undefined) return ofAll(call);
  const own = call.members.filter((span) => columns.client(span) === client);
  const [first] = own;
  if (first === undefined) return { ...ofAll(call), value: say("not done"), copies: 0, ownTime: 0, failed: false };
  return {
    ...ofAll(call),
    span: first,
    value: requests.previewOf(first) ?? "",
    copies: own.length,
    ownTime: own.reduce((sum, span) => sum + columns.ownTime(span), 0),
    failed: own.some((span) => columns.outcome(span) === OUTCOME.error),
  };
}
