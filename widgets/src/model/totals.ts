// Sums over spans, by executor or by AST node.

export interface Total {
  calls: number;
  /** Own time, in milliseconds. */
  time: number;
  /** How many are under way; these are in no other sum. */
  running: number;
}

export class Totals {
  private readonly totals = new Map<number, Total>();

  of(key: number): Readonly<Total> {
    return this.totals.get(key) ?? { calls: 0, time: 0, running: 0 };
  }

  /** The sum over all. */
  get all(): Total {
    return this.over(this.totals.keys());
  }

  /** The sum over some. */
  over(keys: Iterable<number>): Total {
    const sum = { calls: 0, time: 0, running: 0 };
    for (const key of keys) {
      const { calls, time, running } = this.of(key);
      sum.calls += calls;
      sum.time += time;
      sum.running += running;
    }
    return sum;
  }

  /** Counts spans that ended, by default one; those of no executor, or of no AST node, count nowhere. */
  add(key: number, time: number, spans = 1): void {
    if (key < 0) return;
    const total = this.entry(key);
    total.calls += spans;
    total.time += time;
  }

  /** Says that a span is under way. */
  start(key: number): void {
    if (key >= 0) this.entry(key).running += 1;
  }

  /** Says that none is under way. */
  stop(): void {
    for (const total of this.totals.values()) total.running = 0;
  }

  private entry(key: number): Total {
    let total = this.totals.get(key);
    if (total === undefined) {
      total = { calls: 0, time: 0, running: 0 };
      this.totals.set(key, total);
    }
    return total;
  }
}
