// What is selected, in all panels at once, and which part of time is brushed.

import type { Columns } from "./columns";
import { NONE } from "./schema";

/** What is selected; -1 is nothing. */
export interface Choice {
  span: number;
  client: number;
  layer: number;
  node: number;
  /** The root span of a call; -1 is the latest. */
  invocation: number;
}

/** A part of time, in milliseconds. */
export type Range = readonly [from: number, to: number];

const NOTHING: Choice = { span: NONE, client: NONE, layer: NONE, node: NONE, invocation: NONE };

export class Selection {
  chosen: Readonly<Choice> = NOTHING;
  /** The brushed part of time; null for all of it. */
  range: Range | null = null;

  constructor(
    private readonly columns: Columns,
    private readonly changed: () => void,
  ) {}

  /** Selects one thing, and nothing else; of a span, also whom it belongs to. */
  select(choice: Partial<Choice>): void {
    const { span = NONE } = choice;
    this.chosen = { ...NOTHING, ...(span >= 0 ? this.choiceOf(span) : choice) };
    this.changed();
  }

  /** Selects nothing, and all of time. */
  clear(): void {
    this.chosen = NOTHING;
    this.brush(null);
  }

  brush(range: Range | null): void {
    this.range = range;
    this.changed();
  }

  /** Whether a span belongs to what is selected, in the brushed part of time. A selected span hides no other. */
  concerns(span: number): boolean {
    const { columns, range, chosen } = this;
    if (range !== null && (columns.end(span) < range[0] || columns.start(span) > range[1])) return false;
    if (chosen.span >= 0) return true;
    return (
      (chosen.client < 0 || columns.client(span) === chosen.client) &&
      (chosen.layer < 0 || columns.layer(span) === chosen.layer) &&
      (chosen.node < 0 || columns.node(span) === chosen.node)
    );
  }

  private choiceOf(span: number): Choice {
    const { columns } = this;
    return {
      span,
      client: columns.client(span),
      layer: columns.layer(span),
      node: columns.node(span),
      invocation: columns.invocation(span),
    };
  }
}
