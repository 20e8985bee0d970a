// What is told of the parts of a run: what they are, and how much of all was done there.

import { NONE, OPERATIONS, OUTCOMES } from "./schema";
import type { Kind, Part, PartOf } from "./selection";
import type { TraceStore } from "./store";
import { count, duration } from "./units";

const MAX_STEPS = 8;

export interface Fact {
  name: string;
  text: string;
  /** What is selected by a click on the text. */
  part?: Part;
}

/** Returns what is told of the narrowest part that is selected; of nothing, what is told of the whole run. */
export function factsOf(store: TraceStore): Fact[] {
  const { last } = store.selection;
  if (last === undefined) return [...shareOf(store), ...leftOutOf(store)];
  return (FACTS[last.kind] as (part: Part, store: TraceStore) => Fact[])(last, store);
}

const FACTS: { [K in Kind]: (part: PartOf<K>, store: TraceStore) => Fact[] } = {
  rounds: ({ from, to }, store) => [...callsOf(from, to, store), ...shareOf(store)],
  time: ({ range: [from, to] }, store) => [{ name: "time", text: duration(to - from) }, ...shareOf(store)],
  line: (_, store) => shareOf(store),
  node: ({ node }, store) => [...planOf(node, store), ...shareOf(store)],
  executor: ({ layers }, store) => [...rolesOf(layers, store), ...shareOf(store)],
  client: ({ client }, store) => ofClient(client, store),
  crossing: ({ node }, store) => [...planOf(node, store), ...shareOf(store)],
  span: ({ span }, store) => ofSpan(span, store),
};

/** How much of all was done in what is selected, and the longest of it. */
function shareOf({ sums, columns, legend, requests }: TraceStore): Fact[] {
  const { done, inAll } = sums;
  const share = inAll.done.time > 0 ? ` · ${percent(done.time / inAll.done.time)}` : "";
  const of = sums.isOfPart ? ` of ${count(inAll.done.calls)}` : "";
  const facts: Fact[] = [
    { name: "operations", text: `${count(done.calls)}${of}` },
    { name: "own time", text: `${duration(done.time)}${sums.isOfPart ? share : ""}` },
  ];
  if (done.longest < 0) return facts;
  const layer = columns.layer(done.longest);
  const who = legend.executors[layer]?.name ?? "execution context";
  const preview = requests.previewOf(done.longest);
  const text = [duration(columns.ownTime(done.longest)), who, preview].filter(Boolean).join(" · ");
  return [...facts, { name: "longest", text, part: { kind: "span", span: done.longest } }];
}

function leftOutOf({ legend: { left_out: leftOut } }: TraceStore): Fact[] {
  if (leftOut === null) return [];
  const text = `${count(leftOut.spans)} short operations are counted here but not kept one by one: what is told of a part of the time, or of a client at an executor, lacks them. t.to_html() writes all.`;
  return [{ name: "left out", text }];
}

function percent(share: number): string {
  const whole = Math.round(100 * share);
  return share > 0 && whole === 0 ? "< 1 %" : `${whole} %`;
}

function callsOf(from: number, to: number, { legend, columns }: TraceStore): Fact[] {
  const calls = legend.invocations.slice(from, to + 1);
  const time = calls.reduce((sum, { span }) => sum + Math.max(0, columns.end(span) - columns.start(span)), 0);
  const outcomes = new Set(calls.map(({ span }) => OUTCOMES[columns.outcome(span)] ?? "running"));
  return [
    { name: "calls", text: [...new Set(calls.map(({ name }) => name))].join(", ") },
    { name: "time", text: `${duration(time)} · ${[...outcomes].join(", ")}` },
  ];
}

function planOf(node: number, { legend }: TraceStore): Fact[] {
  const known = legend.nodes[node];
  if (known === undefined) return [];
  const place = known.line > 0 ? ` · line ${known.line}` : "";
  const named = known.variable ? [{ name: "variable", text: known.variable }] : [];
  return [{ name: "plan", text: `${known.label}${place}` }, ...named, { name: "type", text: known.type }];
}

function rolesOf(layers: readonly number[], { legend }: TraceStore): Fact[] {
  const roles = layers.map((layer) => legend.executors[layer]?.role).filter(Boolean);
  const meaning = legend.briefs[legend.executors[layers[0] ?? NONE]?.name ?? ""];
  return [
    ...(roles.length > 0 ? [{ name: "for", text: roles.join(", ") }] : []),
    ...(meaning ? [{ name: "does", text: meaning }] : []),
  ];
}

function ofSpan(span: number, store: TraceStore): Fact[] {
  const { columns, requests, failures } = store;
  const operation = OPERATIONS[columns.operation(span)] ?? "";
  const outcome = OUTCOMES[columns.outcome(span)] ?? "";
  const total = duration(columns.end(span) - columns.start(span));
  const [own, queue] = [duration(columns.ownTime(span)), duration(columns.queue(span))];
  const facts: Fact[] = [
    { name: "span", text: `${span} · ${operation} · ${outcome}` },
    { name: "where", text: store.labelOf(span) },
    { name: "time", text: `${total}, own ${own}, queued ${queue}` },
  ];
  const told = requests.linesOf(span);
  const preview = requests.previewOf(span);
  if (told !== undefined) facts.push(...told.map(([name, text]) => ({ name, text })));
  else if (preview) facts.push({ name: "value", text: preview });
  if (failures.textOf(span)) facts.push({ name: "error", text: failures.textOf(span) });
  return facts;
}

function ofClient(client: number, store: TraceStore): Fact[] {
  const { cohorts, failures, requests } = store;
  const clients = cohorts.shown;
  if (client >= clients.count) return [{ name: "client", text: `${client} · took no part in this call` }];
  const facts: Fact[] = [{ name: "client", text: `${client} · ${clients.nameOf(clients.stateOf(client))}` }];
  if (!clients.hasBegun(client)) return facts;
  const total = duration(clients.lengthOf(client));
  const warmUp = clients.warmUpOf(client) > 0 ? `, ${duration(clients.warmUpOf(client))} of it warm-up` : "";
  facts.push(
    { name: "time", text: `busy ${duration(clients.busyOf(client))} of ${total}${warmUp}` },
    ...shareOf(store),
  );
  const failure = failures.firstOf(client, clients.invocation);
  if (failure >= 0)
    facts.splice(1, 0, { name: "error", text: failures.textOf(failure), part: { kind: "span", span: failure } });
  const steps = cohorts.stepsOf(client, clients.invocation, MAX_STEPS);
  requests.askForPreviews(steps);
  return [...facts, ...steps.map((span) => stepOf(span, store))];
}

function stepOf(span: number, { columns, legend, requests }: TraceStore): Fact {
  const label = legend.nodes[columns.node(span)]?.label ?? "";
  const name = label.replace("call ", "") || (OPERATIONS[columns.operation(span)] ?? "");
  const outcome = OUTCOMES[columns.outcome(span)] ?? "";
  const value = columns.isRunning(span) ? outcome : requests.previewOf(span) || outcome;
  return { name, text: `${duration(columns.ownTime(span))} · ${value}`, part: { kind: "span", span } };
}
