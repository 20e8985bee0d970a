// The list of what is found: parts of the run, each with what it is called.

import { CLIENT_STATES } from "./clients";
import { wrongNumberOf } from "./labels";
import { nameOf } from "./names";
import { NONE, OUTCOMES } from "./schema";
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
  const times: [time: number, span: number][] = [];
  for (let span = 0; span < columns.count; span++) {
    if (!columns.isKnown(span) || columns.isRunning(span)) continue;
    const time = columns.end(span) - columns.start(span);
    if (query.isLonger ? time > query.milliseconds : time < query.milliseconds) times.push([time, span]);
  }
  times.sort(([one, first], [other, second]) => (query.isLonger ? other - one : one - other) || first - second);
  const parts = times.slice(0, MOST_LISTED).map(([, span]): Part => ({ kind: "span", span }));
  return { listed: all(parts, store).listed, total: times.length };
}

/** The clients that have such a number; without clients, the spans that made one. */
function wrongOnes(text: string, store: TraceStore): Part[] {
  const { columns, cohorts } = store;
  const clients: Part[] = [];
  for (let client = 0; client < cohorts.shown.count; client++)
    if (isWrong(cohorts.shown.wrongOf(client), text)) clients.push({ kind: "client", client });
  const spans: Part[] = [];
  for (let span = 0; span < columns.count; span++)
    if (columns.isKnown(span) && isWrong(wrongNumberOf(span, columns), text)) spans.push({ kind: "span", span });
  return [...clients, ...spans];
}

function inState(state: string, { cohorts, columns }: TraceStore): Part[] {
  const { shown } = cohorts;
  const clients: Part[] = [];
  for (let client = 0; client < shown.count; client++)
    if (CLIENT_STATES[shown.stateOf(client)] === state) clients.push({ kind: "client", client });
  const outcome = state === "failed" ? OUTCOMES.indexOf("error") : state === "running" ? OUTCOMES.length - 1 : NONE;
  const spans: Part[] = [];
  for (let span = 0; outcome >= 0 && span < columns.count; span++)
    if (columns.outcome(span) === outcome) spans.push({ kind: "span", span });
  return [...clients, ...spans];
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
  if (found.length > 0) return found;
  const spans: Part[] = [];
  for (let span = 0; span < columns.count; span++)
    if (columns.isKnown(span) && holds(store.labelOf(span))) spans.push({ kind: "span", span });
  return spans;
}
