// What the parts of a run are called, and how Python asks for them.

import { NONE, OPERATION } from "./schema";
import type { Kind, Part, PartOf } from "./selection";
import type { TraceStore } from "./store";
import { count } from "./units";
import { say, sayRole } from "./words";

type Store = Pick<TraceStore, "columns" | "legend" | "selection" | "progress">;
type OfEach<T> = { [K in Kind]: (part: PartOf<K>, store: Store) => T };

const NANOSECONDS = 1e6;

/** What a part is called, in few words. */
export function nameOf(part: Part, store: Store): string {
  return (NAMES[part.kind] as (part: Part, store: Store) => string)(part, store);
}

const NAMES: OfEach<string> = {
  rounds: ({ from, to }, { legend }) => roundsOf(from, to, legend.invocations),
  time: ({ range }, { progress }) => say("from to", progress.sayMoment(range[0]), progress.sayMoment(range[1])),
  line: ({ line }) => say("line n", line),
  node: ({ node }, { legend }) => {
    const title = legend.program?.steps.find((step) => step.node === node)?.title;
    return title ?? labelOfNode(node, legend) ?? say("node n", node);
  },
  executor: ({ layers }, { legend }) => {
    const first = legend.executors[layers[0] ?? NONE];
    if (first === undefined) return say("executor");
    if (layers.length > 1) return `${first.name} × ${count(layers.length)}`;
    return first.role ? `${first.name} · ${sayRole(first.role)}` : first.name;
  },
  client: ({ client }) => say("client n", client),
  crossing: ({ node, client }, { legend }) => {
    const step = labelOfNode(node, legend) ?? say("the argument");
    return client < 0 ? say("letters of", step) : say("letter of", client, step);
  },
  span: ({ span }) => say("span n", count(span)),
};

interface Called {
  name: string;
}

/** What some of all calls are called, which are counted from 0: rounds, or calls of a computation if there are several. */
export function roundsOf(from: number, to: number, calls: readonly Called[]): string {
  if (areSeveral(calls)) return from === to ? callOf(from, calls) : `${callOf(from, calls)} – ${callOf(to, calls)}`;
  return from === to ? say("round n", from + 1) : say("rounds n", from + 1, to + 1);
}

/** Whether calls are of more than one computation. */
export function areSeveral(calls: readonly Called[]): boolean {
  return calls.some(({ name }) => name !== calls[0]?.name);
}

/** The name of a computation, and which of its calls it is. */
function callOf(k: number, calls: readonly Called[]): string {
  const name = calls[k]?.name ?? "";
  const same = (some: readonly Called[]) => some.filter((call) => call.name === name).length;
  return same(calls) > 1 ? `${name} ${same(calls.slice(0, k + 1))}` : name;
}

function labelOfNode(node: number, legend: Store["legend"]): string | undefined {
  return legend.nodes[node]?.label.replace(/^call /, "");
}

/** How Python asks for what is selected; `t` is the trace. */
export function pythonOf(store: Store): string {
  const { selection } = store;
  const kinds = selection.parts.map(({ kind }) => kind);
  const { last } = selection;
  if (last === undefined) return "print(t)";
  if (last.kind === "span") return pythonOfSpan(last.span, store);
  const isOnly = (...allowed: Kind[]) => kinds.every((kind) => allowed.includes(kind));
  const rounds = selection.part("rounds");
  const inRounds = rounds ? [`round=${listed(placesOf(rounds))}`] : [];
  if (last.kind === "client" && isOnly("client", "rounds"))
    return `t.clients().where(${[`client=${last.client}`, ...inRounds].join(", ")})`;
  if (last.kind === "rounds" && isOnly("rounds")) return `t.clients().where(${inRounds.join(", ")})`;
  if (last.kind === "crossing" && isOnly("crossing")) {
    const intrinsic = JSON.stringify(labelOfNode(last.node, store.legend) ?? "");
    const client = last.client < 0 ? [] : [`client=${last.client}`];
    return `t.traffic().where(${[`intrinsic=${intrinsic}`, ...client].join(", ")})`;
  }
  // A mask stands before names of columns.
  const conditions = [...selection.parts].sort(
    (one, other) => Number(other.kind === "time") - Number(one.kind === "time"),
  );
  return `t.spans.where(${conditions.map((part) => conditionOf(part, store)).join(", ")})`;
}

function pythonOfSpan(span: number, { columns }: Store): string {
  if (columns.operation(span) === OPERATION.invoke) return `t.spans.row(${span})`;
  return columns.outcome(span) === 0 ? `t.value(${span})` : `t.error(${span})`;
}

function conditionOf(part: Part, store: Store): string {
  return (CONDITIONS[part.kind] as (part: Part, store: Store) => string)(part, store);
}

/** What rows of the table of all spans have. */
const CONDITIONS: OfEach<string> = {
  rounds: (rounds, { legend }) =>
    `invocation=${listed(placesOf(rounds).map((place) => legend.invocations[place]?.span ?? NONE))}`,
  time: ({ range: [from, to] }) =>
    `(t.spans["end"] >= ${Math.floor(from * NANOSECONDS)}) & (t.spans["start"] <= ${Math.ceil(to * NANOSECONDS)})`,
  line: ({ function: number, line }, { legend }) => `node=${listed([...legend.nodesOfLine(number, line)])}`,
  node: ({ node }) => `node=${node}`,
  executor: ({ layers }, { legend }) => {
    const labels = layers.map((layer) => {
      const { name = "", role = "" } = legend.executors[layer] ?? {};
      return JSON.stringify(role ? `${name} · ${role}` : name);
    });
    return `executor=${labels.length === 1 ? labels[0] : `[${labels.join(", ")}]`}`;
  },
  client: ({ client }) => `client=${client}`,
  crossing: ({ node, client }) => (client < 0 ? `node=${node}` : `node=${node}, client=${client}`),
  span: ({ span }) => `invocation=${span}`,
};

function placesOf({ from, to }: { from: number; to: number }): number[] {
  return Array.from({ length: to - from + 1 }, (_, k) => from + k);
}

function listed(numbers: number[]): string {
  return numbers.length === 1 ? String(numbers[0]) : `[${numbers.join(", ")}]`;
}
