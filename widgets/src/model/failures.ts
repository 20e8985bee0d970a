// Which spans failed, and which of them first: an error passes all the spans around the one where it arose.

import type { Columns } from "./columns";
import { NONE } from "./schema";

export class Failures {
  private texts = new Map<number, string>();

  constructor(private readonly columns: Columns) {}

  read(errors: Record<string, string>): void {
    this.texts = new Map(Object.entries(errors).map(([span, text]) => [Number(span), text]));
  }

  /** What a span failed with; empty if it did not. */
  textOf(span: number): string {
    return this.texts.get(span) ?? "";
  }

  /** The span in which the first error arose, the innermost of those it passed; -1 if there is none. */
  get first(): number {
    return this.sources()[0] ?? NONE;
  }

  /** The span in which the first error of a client arose; -1 if there is none. */
  firstOf(client: number, invocation: number): number {
    const { columns } = this;
    const isOfClient = (span: number) => columns.client(span) === client && columns.invocation(span) === invocation;
    return this.sources().find(isOfClient) ?? NONE;
  }

  private sources(): number[] {
    const failed = [...this.texts.keys()];
    const around = new Set(failed.map((span) => this.columns.parent(span)));
    return failed.filter((span) => !around.has(span)).sort((a, b) => a - b);
  }
}
