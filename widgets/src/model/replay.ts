// Shows a trace as it was at a moment: what is later has not happened, and what was under way is again.

import type { Columns } from "./columns";
import { OUTCOME } from "./schema";
import type { Selection } from "./selection";

/** What counts spans. */
interface Counter {
  clear(): void;
  add(ended: number[]): void;
  setRunning(open: number[]): void;
}

/**
 * The parts that count spans see them again in the order in which they ended, as they did when the trace was live.
 * Forward only what is new is counted; backward all is counted again.
 */
export class Replay {
  private order: { version: number; byStart: Uint32Array; byEnd: Uint32Array } | null = null;
  private version = -1;
  private begun = 0;
  private ended = 0;
  private open = new Set<number>();

  constructor(
    private readonly columns: Columns,
    private readonly counters: readonly Counter[],
    private readonly selection: Selection,
  ) {}

  /** The moment that is shown, in milliseconds; null is the end. */
  get moment(): number | null {
    return this.selection.moment;
  }

  /** Shows a moment; null is the end. */
  show(moment: number | null): void {
    if (moment === this.moment) return;
    const isBack = moment === null || this.moment === null || moment < this.moment;
    this.move(moment ?? Number.POSITIVE_INFINITY, isBack);
    this.selection.showMoment(moment);
  }

  /** Shows the end: more has come. */
  end(): void {
    if (this.moment !== null) this.show(null);
  }

  /** The moment at which the next span begins or ends (`step` 1), or the one before (-1). */
  change(step: 1 | -1): number | null {
    const now = this.moment ?? Number.POSITIVE_INFINITY;
    const { byStart, byEnd } = this.ordered();
    const { columns } = this;
    const found = [
      neighbour(byStart, (span) => columns.start(span), now, step),
      neighbour(byEnd, (span) => columns.endInAll(span), now, step),
    ].filter((time) => time !== null);
    if (found.length === 0) return null;
    return step > 0 ? Math.min(...found) : Math.max(...found);
  }

  private move(until: number, isBack: boolean): void {
    const { columns } = this;
    const { byStart, byEnd } = this.ordered();
    if (isBack || this.version !== columns.version) {
      for (const counter of this.counters) counter.clear();
      [this.begun, this.ended] = [0, 0];
      this.open.clear();
    }
    columns.until = until;
    columns.version += 1;
    this.version = columns.version;
    for (; this.begun < byStart.length; this.begun++) {
      const span = byStart[this.begun] ?? 0;
      if (columns.start(span) > until) break;
      this.open.add(span);
    }
    const first = this.ended;
    for (; this.ended < byEnd.length; this.ended++) {
      const span = byEnd[this.ended] ?? 0;
      if (columns.endInAll(span) > until) break;
      this.open.delete(span);
    }
    const ended = [...byEnd.subarray(first, this.ended)];
    for (const counter of this.counters) {
      counter.add(ended);
      counter.setRunning([...this.open]);
    }
  }

  private ordered(): { byStart: Uint32Array; byEnd: Uint32Array } {
    const { columns } = this;
    if (this.order === null || this.order.version !== columns.count) {
      const all = Uint32Array.from({ length: columns.count }, (_, span) => span);
      const known = all.filter((span) => columns.outcomeInAll(span) !== OUTCOME.unknown);
      this.order = {
        version: columns.count,
        byStart: known.slice().sort((a, b) => columns.start(a) - columns.start(b) || a - b),
        byEnd: known.sort((a, b) => columns.endInAll(a) - columns.endInAll(b) || b - a),
      };
    }
    return this.order;
  }
}

/** Returns the next time after a moment, or the last before it, of spans in the order of these times. */
function neighbour(order: Uint32Array, time: (span: number) => number, now: number, step: 1 | -1): number | null {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = time(order[middle] ?? 0);
    if (step > 0 ? at <= now : at < now) low = middle + 1;
    else high = middle;
  }
  const span = order[step > 0 ? low : low - 1];
  return span === undefined ? null : time(span);
}
