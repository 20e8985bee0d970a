// What is asked of the kernel, and what it answered. On a page there is no kernel, and no answer.

import type { Columns } from "./columns";
import type { Details, DrawnValue, PreviewsByText, Request } from "./messages";
import { OUTCOME } from "./schema";

export class Requests {
  private readonly previews = new Map<number, string>();
  private readonly asked = new Set<number>();
  private details: Details | null = null;
  private drawn: Readonly<Record<string, DrawnValue>> = {};

  constructor(
    private readonly ask: (request: Request) => void,
    private readonly columns: Columns,
  ) {}

  /** Says that somebody listens. */
  announce(listener: string): void {
    this.ask({ kind: "ready", listener });
  }

  /** Asks for all that is known of a span. */
  inspect(span: number): void {
    this.ask({ kind: "inspect", span });
  }

  /** Asks for what values are, once for each that is made. */
  askForPreviews(spans: number[]): void {
    const unknown = spans.filter((span) => !this.previews.has(span) && !this.asked.has(span));
    const ended = unknown.filter((span) => this.columns.outcome(span) < OUTCOME.running);
    if (ended.length === 0) return;
    for (const span of ended) this.asked.add(span);
    this.ask({ kind: "previews", spans: ended });
  }

  /** What is known of the value that a span made, if that was told. */
  previewOf(span: number): string | undefined {
    return this.previews.get(span);
  }

  /** What is known of a span, in lines of a name and a text, if it was the last to be asked for. */
  linesOf(span: number): [string, string][] | undefined {
    return this.details?.span === span ? this.details.lines : undefined;
  }

  /** The numbers of the value that a span made, if they were told. */
  drawnOf(span: number): DrawnValue | null {
    return (this.details?.span === span ? this.details.drawn : this.drawn[span]) ?? null;
  }

  readDrawn(drawn: Readonly<Record<string, DrawnValue>>): void {
    this.drawn = drawn;
  }

  readPreviews(previews: PreviewsByText): void {
    for (const [text, distances] of Object.entries(previews)) {
      let span = 0;
      for (const distance of distances) this.previews.set((span += distance), text);
    }
  }

  readDetails(details: Details): void {
    this.details = details;
  }
}
