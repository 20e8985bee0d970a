// The list of what is found: parts of the run, each with what it is called.

import { CLIENT_STATES, type Clients } from "./clients";
import { wrongNumberOf } from "./labels";
import { nameOf } from "./names";
import { OUTCOME } from "./schema";
import type { Query } from "./query";
import { isWrong } from "./search";
import type { Part } from "./selection";
import type { TraceStore } from "./store";
import { duration } from "./units";

/** So many are listed; more nobody walks through. */
export const MOST_LISTED = 200;

export interface Found {
  part: Part;
  text: string;
}

/** Things that are found, and how many there are in all. */
export interface Findings {
  listed: Found[];
  total: number;
}

export function findingsOf(query: Query, store: TraceStore): Findings {
  switch (query.kind) {
    case "nothing":
      return { listed: [], total: 0 };
    case "number":
      return all(ofNumber(query.of, query.number, store), store);
    case "time":
      return byTime(query, store);
    case "wrong":
      return all(wrongOnes(query.text, store), store);
    case "state":
      return all(inState(query.state, store), store);
    case "name":
      return all(named(query, store), store);
  }
}

function all(parts: Part[], store: TraceStore): Findings {
  const listed = parts.slice(0, MOST_LISTED).map((part) => ({ part, text: textOf(part, store) }));
  return { listed, total: parts.length };
}

function textOf(part: Part, store: TraceStore): string {
  const name = nameOf(part, store);
  if (part.kind !== "span") return name;
  const { columns } = store;
  const time = duration(columns.end(part.span) - columns.start(part.span));
  return `${time} · ${store.labelOf(part.span)}`;
}

function ofNumber(of: string, number: number, store: TraceStore): Part[] {
  const { cohorts, legend, columns } = store;
  if (of === "client") return number < cohorts.shown.count ? [{ kind: "client", client: number }] : [];
  if (of === "round") {
    const isThere = number >= 1 && number <= legend.invocations.length;
    return isThere ? [{ kind: "rounds", from: number - 1, to: number - 1 }] : [];
  }
  if (of === "node") return number < legend.nodes.length ? [{ kind: "node", node: number }] : [];
  if (of === "span") return columns.isKnown(number) ? [{ kind: "span", span: number }] : [];
  const functions = new Set(legend.nodes.filter(({ line }) => line === number).map((node) => node.function));
  return [...functions].map((known) => ({ kind: "line", function: known, line: number }));
}

/** Spans by their time, those first that are asked for most. */
function byTime(query: Extract<Query, { kind: "time" }>, store: TraceStore): Findings {
  const { columns } = store;
  const sign = query.isLonger ? 1 : -1;
  const by = (span: number) => sign * (columns.end(span) - columns.start(span));
  const found = columns.where((span) => !columns.isRunning(span) && by(span) > sign * query.milliseconds);
  return all(asParts(found.sort((one, other) => by(other) - by(one) || one - other)), store);
}

/** The clients that have such a number; without clients, the spans that made one. */
function wrongOnes(text: string, store: TraceStore): Part[] {
  const { columns, cohorts } = store;
  const clients = clientsWith(cohorts.shown, (client) => isWrong(cohorts.shown.wrongOf(client), text));
  return [...clients, ...asParts(columns.where((span) => isWrong(wrongNumberOf(span, columns), text)))];
}

function inState(state: string, { cohorts, columns }: TraceStore): Part[] {
  const { shown } = cohorts;
  const clients = clientsWith(shown, (client) => CLIENT_STATES[shown.stateOf(client)] === state);
  const outcome = { failed: OUTCOME.error, running: OUTCOME.running }[state];
  return [...clients, ...asParts(columns.where((span) => columns.outcome(span) === outcome))];
}

function clientsWith({ count }: Clients, holds: (client: number) => boolean): Part[] {
  return Array.from({ length: count }, (_, client): Part => ({ kind: "client", client })).filter((_, k) => holds(k));
}

function asParts(spans: number[]): Part[] {
  return spans.map((span) => ({ kind: "span", span }));
}

/** Executors, each name once, steps of the program, rounds, other AST nodes; if none is called so, spans. */
function named({ of, text }: Extract<Query, { kind: "name" }>, store: TraceStore): Part[] {
  const { legend, columns } = store;
  const holds = (name: string) => name.toLowerCase().includes(text);
  const groups = new Map<string, number[]>();
  legend.executors.forEach(({ name, role }, layer) => {
    if (holds(`${name} ${role}`)) groups.set(name, [...(groups.get(name) ?? []), layer]);
  });
  const executors = [...groups.values()].map((layers): Part => ({ kind: "executor", layers }));
  if (of === "executor") return executors;
  const steps = legend.program?.steps.filter(({ title, written_as }) => holds(`${title} ${written_as}`)) ?? [];
  const parts = steps.map(({ node }): Part => ({ kind: "node", node }));
  if (of === "step") return parts;
  const known = new Set(steps.map(({ node }) => node));
  const nodes = legend.nodes.flatMap(({ label, type, variable }, node): Part[] =>
    !known.has(node) && holds(`${label} ${type} ${variable}`) ? [{ kind: "node", node }] : [],
  );
  const found = [...parts, ...executors, ...nodes];
  return found.length > 0 ? found : asParts(columns.where((span) => holds(store.labelOf(span))));
}
