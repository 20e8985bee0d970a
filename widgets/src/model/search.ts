// What is searched for: a part of what things are called, or a number that is none, in letters of any case.

import type { Columns } from "./columns";
import { labelOf, wrongNumberOf } from "./labels";
import type { Legend } from "./legend";
import { NONE } from "./schema";

export class Search {
  private query = "";

  constructor(
    private readonly columns: Columns,
    private readonly legend: Legend,
    private readonly changed: () => void,
  ) {}

  search(text: string): void {
    this.query = text.trim().toLowerCase();
    this.changed();
  }

  /** Whether a text holds what is searched for; every text holds nothing. */
  finds(text: string): boolean {
    return this.query === "" || text.toLowerCase().includes(this.query);
  }

  /** Whether what a span does is searched for. */
  matches(span: number): boolean {
    const { columns } = this;
    return this.finds(labelOf(span, columns, this.legend)) || this.finds(wrongNumberOf(span, columns));
  }

  /** Returns the first span after one that is searched for, or -1; after the last comes the first. */
  next(after: number): number {
    const { columns } = this;
    for (let step = 1; step <= columns.count && this.query !== ""; step++) {
      const span = (after + step + columns.count) % columns.count;
      if (columns.isKnown(span) && this.matches(span)) return span;
    }
    return NONE;
  }
}
