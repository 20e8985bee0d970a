// What is selected, in all panels at once: parts of a run, from wide to narrow, each of a kind and at most one of each.

import type { Columns } from "./columns";
import { NONE } from "./schema";

/** A part of time, in milliseconds. */
export type Range = readonly [from: number, to: number];

/** A part of a run. The kinds stand here from wide to narrow: one looks for what is below inside what is above. */
export type Part =
  /** Calls, by their places in the list of all calls: from one to another, which belongs to it. */
  | { kind: "rounds"; from: number; to: number }
  /** The brushed part of time. */
  | { kind: "time"; range: Range }
  /** A line of a user's function: the AST nodes that were written there. */
  | { kind: "line"; function: number; line: number }
  /** An AST node, which may be a step of the program. */
  | { kind: "node"; node: number }
  /** Executors that are drawn as one box; the first stands for them. */
  | { kind: "executor"; layers: readonly number[] }
  | { kind: "client"; client: number }
  /** What crossed in a step, which is an AST node, to or from one client; -1 is all of them. */
  | { kind: "crossing"; node: number; client: number }
  | { kind: "span"; span: number };

export type Kind = Part["kind"];
export type PartOf<K extends Kind> = Extract<Part, { kind: K }>;

/** From wide to narrow. */
const KINDS: readonly Kind[] = ["rounds", "time", "line", "node", "executor", "client", "crossing", "span"];
/** These say where one looks, the others what at. */
const PLACES: readonly Kind[] = ["rounds", "time"];

/** Of one thing, what it is and whom it belongs to; -1 is nothing. */
export interface Marks {
  span: number;
  client: number;
  layer: number;
  node: number;
  /** The root span of a call. */
  invocation: number;
}

const NO_MARKS: Marks = { span: NONE, client: NONE, layer: NONE, node: NONE, invocation: NONE };

export class Selection {
  /** What is selected, from wide to narrow. */
  parts: readonly Part[] = [];
  /** What panels frame: what is selected, and of a span also whom it belongs to. */
  marks: Readonly<Marks> = NO_MARKS;
  /** The moment that is shown, in milliseconds; null is the end, or now. It filters nothing. */
  moment: number | null = null;

  constructor(
    private readonly columns: Columns,
    private readonly changed: () => void,
  ) {}

  /** What the drawer tells of: the narrowest part. */
  get last(): Part | undefined {
    return this.parts.at(-1);
  }

  /** The brushed part of time; null for all of it. */
  get range(): Range | null {
    return this.part("time")?.range ?? null;
  }

  /** The part of a kind, if there is one. */
  part<K extends Kind>(kind: K): PartOf<K> | undefined {
    return this.parts.find((part) => part.kind === kind) as PartOf<K> | undefined;
  }

  /** Selects a thing and no other thing, or none; rounds and brushed time stay. */
  select(...things: Part[]): void {
    const isReplaced = ({ kind }: Part) => !PLACES.includes(kind) || things.some((thing) => thing.kind === kind);
    this.show([...this.parts.filter((part) => !isReplaced(part)), ...things]);
  }

  /** Selects something inside what is selected. */
  narrow(part: Part): void {
    this.show([...this.parts.filter(({ kind }) => kind !== part.kind), part]);
  }

  /** Ends the selection of a kind; of all kinds that are not selected nothing changes. */
  drop(kind: Kind): void {
    if (this.part(kind) !== undefined) this.show(this.parts.filter((part) => part.kind !== kind));
  }

  /** Ends what was selected as the narrowest; returns whether anything was. */
  back(): boolean {
    const { last } = this;
    if (last !== undefined) this.drop(last.kind);
    return last !== undefined;
  }

  /** Selects nothing, and all of time. */
  clear(): void {
    this.show([]);
  }

  /** Replaces all that is selected. */
  show(parts: readonly Part[]): void {
    this.parts = [...parts].sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
    this.marks = this.marksOf();
    this.changed();
  }

  brush(range: Range | null): void {
    if (range === null) this.drop("time");
    else this.narrow({ kind: "time", range });
  }

  /** Shows all panels at a moment, or with null at the end. */
  showMoment(moment: number | null): void {
    this.moment = moment;
    this.changed();
  }

  private marksOf(): Marks {
    const { columns } = this;
    const span = this.part("span")?.span ?? NONE;
    const crossing = this.part("crossing");
    const own: Marks = {
      ...NO_MARKS,
      client: this.part("client")?.client ?? crossing?.client ?? NONE,
      layer: this.part("executor")?.layers[0] ?? NONE,
      node: this.part("node")?.node ?? crossing?.node ?? NONE,
    };
    if (span < 0) return own;
    return {
      span,
      client: columns.client(span),
      layer: columns.layer(span),
      node: columns.node(span),
      invocation: columns.invocation(span),
    };
  }
}
