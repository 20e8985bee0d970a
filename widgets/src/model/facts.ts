// What is told of the parts of a run: what they are, and how much of all was done there.

import { NONE, OPERATIONS, OUTCOMES, TICK } from "./schema";
import type { Kind, Part, PartOf } from "./selection";
import type { TraceStore } from "./store";
import { count, duration } from "./units";
import { say, sayRole, sayState } from "./words";

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
  if (last === undefined) return wholeOf(store);
  return (FACTS[last.kind] as (part: Part, store: TraceStore) => Fact[])(last, store);
}

const FACTS: { [K in Kind]: (part: PartOf<K>, store: TraceStore) => Fact[] } = {
  rounds: ({ from, to }, store) => [...callsOf(from, to, store), ...shareOf(store)],
  time: ({ range: [from, to] }, store) => [{ name: say("time"), text: duration(to - from) }, ...shareOf(store)],
  line: (_, store) => shareOf(store),
  node: ofNode,
  executor: ({ layers }, store) => [...rolesOf(layers, store), ...shareOf(store)],
  client: ({ client }, store) => ofClient(client, store),
  crossing: ofNode,
  span: ({ span }, store) => ofSpan(span, store),
};

/** What came out of the whole run, and where its time went. */
function wholeOf(store: TraceStore): Fact[] {
  const told = store.legend.program?.whole ?? [];
  const spans = { name: say("spans"), text: count(store.sums.done.calls) };
  return [...told.map(([name, text]) => ({ name, text })), spans, ...longestOf(store), ...leftOutOf(store)];
}

/** How much of all was done in what is selected, and the longest of it; of more calls than one of which the time was told, all. */
function shareOf(store: TraceStore, told = Number.NaN): Fact[] {
  const { done, inAll } = store.sums;
  const share = inAll.done.time > 0 ? ` · ${percent(done.time / inAll.done.time)}` : "";
  const isTold = Math.abs(done.time - told) < TICK;
  return [
    { name: say("spans"), text: say("of", count(done.calls), count(inAll.done.calls)) },
    ...(isTold
      ? []
      : [
          {
            name: Number.isNaN(told) ? say("own time") : say("own time of all"),
            text: say("added up", duration(done.time), share),
          },
        ]),
    ...longestOf(store),
  ];
}

function longestOf({ sums: { done }, columns, legend, requests }: TraceStore): Fact[] {
  if (done.longest < 0) return [];
  const layer = columns.layer(done.longest);
  const who = legend.executors[layer]?.name ?? say("context");
  const preview = requests.previewOf(done.longest);
  const text = [duration(columns.ownTime(done.longest)), who, preview].filter(Boolean).join(" · ");
  return [{ name: say("longest"), text, part: { kind: "span", span: done.longest } }];
}

function leftOutOf({ legend: { left_out: leftOut } }: TraceStore): Fact[] {
  if (leftOut === null) return [];
  return [{ name: say("left out"), text: say("left out told", count(leftOut.spans)) }];
}

function percent(share: number): string {
  const whole = Math.round(100 * share);
  return share > 0 && whole === 0 ? "< 1 %" : `${whole} %`;
}

function callsOf(from: number, to: number, { legend, columns }: TraceStore): Fact[] {
  const calls = legend.invocations.slice(from, to + 1);
  const time = calls.reduce((sum, { span }) => sum + Math.max(0, columns.end(span) - columns.start(span)), 0);
  const outcomes = new Set(calls.map(({ span }) => sayState(OUTCOMES[columns.outcome(span)] ?? "running")));
  return [
    { name: say("calls"), text: [...new Set(calls.map(({ name }) => name))].join(", ") },
    { name: say("time"), text: `${duration(time)} · ${[...outcomes].join(", ")}` },
  ];
}

function ofNode({ node }: { node: number }, store: TraceStore): Fact[] {
  const known = store.legend.nodes[node];
  if (known === undefined) return shareOf(store);
  const place = known.line > 0 ? ` · ${say("line n", known.line)}` : "";
  const named = known.variable ? [{ name: say("variable"), text: known.variable }] : [];
  const type = { name: say("type"), text: known.type };
  return [{ name: say("plan"), text: `${known.label}${place}` }, ...named, type, ...shareOf(store)];
}

function rolesOf(layers: readonly number[], { legend }: TraceStore): Fact[] {
  const roles = layers.map((layer) => legend.executors[layer]?.role).filter(Boolean);
  const meaning = legend.briefs[legend.executors[layers[0] ?? NONE]?.name ?? ""];
  return [
    ...(roles.length > 0 ? [{ name: say("for"), text: roles.map((role) => sayRole(role ?? "")).join(", ") }] : []),
    ...(meaning ? [{ name: say("does"), text: meaning }] : []),
  ];
}

function ofSpan(span: number, store: TraceStore): Fact[] {
  const { columns, requests, failures } = store;
  const operation = OPERATIONS[columns.operation(span)] ?? "";
  const outcome = outcomeOf(span, columns);
  const total = duration(columns.end(span) - columns.start(span));
  const [own, queue] = [duration(columns.ownTime(span)), duration(columns.queue(span))];
  const preview = requests.previewOf(span);
  const told = requests.linesOf(span) ?? (preview ? [[say("value"), preview] as const] : []);
  const parts = requests.drawnOf(span)?.lines ?? [];
  const error = failures.textOf(span);
  return [
    ...(error ? [{ name: say("error"), text: reasonOf(error) }] : []),
    ...[...told, ...parts].map(([name, text]) => ({ name, text })),
    { name: say("where"), text: store.labelOf(span) },
    { name: say("time"), text: say("own queued", total, own, queue) },
    ...(error.includes("\n") ? [{ name: say("in full"), text: error }] : []),
    { name: say("span"), text: `${span} · ${operation} · ${outcome}` },
  ];
}

/** What an error says first, without the class that TensorFlow gives to all errors of graphs. */
function reasonOf(error: string): string {
  return error.replace(/^(InvalidArgument|Unknown)Error: |\n[^]*/g, "");
}

function ofClient(client: number, store: TraceStore): Fact[] {
  const { cohorts, failures, requests, legend } = store;
  const clients = cohorts.shown;
  if (client >= clients.count) return [{ name: say("client"), text: `${client} · ${say("no part")}` }];
  const had = legend.tiles.find(({ invocation }) => invocation === clients.invocation)?.examples[client];
  const told = [
    client,
    clients.nameOf(clients.stateOf(client)),
    cohorts.scope,
    had == null ? "" : say("n examples", had),
  ];
  const facts: Fact[] = [{ name: say("client"), text: told.filter((text) => text !== "").join(" · ") }];
  if (!clients.hasBegun(client)) return facts;
  const total = duration(clients.lengthOf(client));
  const warmUp = clients.warmUpOf(client) > 0 ? say("warm-up", duration(clients.warmUpOf(client))) : "";
  const busy = clients.busyOf(client);
  facts.push({ name: say("time"), text: say("busy of", duration(busy), total) + warmUp }, ...shareOf(store, busy));
  const failure = failures.firstOf(client, clients.invocation);
  if (failure >= 0)
    facts.splice(1, 0, {
      name: say("error"),
      text: reasonOf(failures.textOf(failure)),
      part: { kind: "span", span: failure },
    });
  const steps = cohorts.stepsOf(client, clients.invocation, MAX_STEPS);
  requests.askForPreviews(steps);
  return [...facts, ...steps.map((span) => stepOf(span, store))];
}

function outcomeOf(span: number, columns: TraceStore["columns"]): string {
  return sayState(OUTCOMES[columns.outcome(span)] ?? "");
}

function stepOf(span: number, { columns, legend, requests }: TraceStore): Fact {
  const label = legend.nodes[columns.node(span)]?.label ?? "";
  const name = label.replace("call ", "") || (OPERATIONS[columns.operation(span)] ?? "");
  const outcome = outcomeOf(span, columns);
  const value = columns.isRunning(span) ? outcome : requests.previewOf(span) || outcome;
  return { name, text: `${duration(columns.ownTime(span))} · ${value}`, part: { kind: "span", span } };
}
