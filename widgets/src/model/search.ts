// What is searched for, and what panels show clearly of it; `found.ts` lists it.

import type { Columns } from "./columns";
import { labelOf, wrongNumberOf } from "./labels";
import type { Legend } from "./legend";
import { type Query, queryOf } from "./query";
import { NONE } from "./schema";

export class Search {
  query: Query = { kind: "nothing" };

  constructor(
    private readonly columns: Columns,
    private readonly legend: Legend,
    private readonly changed: () => void,
  ) {}

  search(text: string): void {
    this.query = queryOf(text);
    this.changed();
  }

  /** Whether a text tells of what is searched for; what is not told in texts, every text does. */
  finds(text: string): boolean {
    const { query } = this;
    if (query.kind === "name") return text.toLowerCase().includes(query.text);
    if (query.kind === "wrong") return text.split(/[\s,;]+/).some((word) => isWrong(word, query.text));
    if (query.kind === "number" && query.of === "client") return holdsClient(text, query.number);
    return true;
  }

  /** Whether what a span does is searched for. */
  matches(span: number): boolean {
    const { query, columns } = this;
    if (query.kind === "nothing") return true;
    if (query.kind === "time") {
      const time = columns.end(span) - columns.start(span);
      return query.isLonger ? time > query.milliseconds : time < query.milliseconds;
    }
    if (query.kind === "wrong") return isWrong(wrongNumberOf(span, columns), query.text);
    if (query.kind === "number") return numberOf(span, query.of, columns) === query.number || query.of === "line";
    return this.finds(labelOf(span, columns, this.legend));
  }

  /** Returns the first span after one that is searched for, or -1; after the last comes the first. */
  next(after: number): number {
    const { columns } = this;
    for (let step = 1; step <= columns.count && this.query.kind !== "nothing"; step++) {
      const span = (after + step + columns.count) % columns.count;
      if (columns.isKnown(span) && this.matches(span)) return span;
    }
    return NONE;
  }
}

/** Whoever looks for infinity looks for both. */
export function isWrong(word: string, sought: string): boolean {
  return word !== "" && word.endsWith(sought);
}

function holdsClient(text: string, client: number): boolean {
  // Executors serve clients, and a step is at all of them: only tiles say which client they are.
  return !/^client \d/.test(text) || new RegExp(`^client ${client}\\b`).test(text);
}

function numberOf(span: number, of: string, columns: Columns): number {
  if (of === "client") return columns.client(span);
  if (of === "node") return columns.node(span);
  return of === "span" ? span : NONE;
}
