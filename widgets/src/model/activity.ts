// Who was at work when: clients, how many at once, the server, or nobody, in equal parts of the time.

import { bordersOf, clientWork, WORK } from "./client_work";
import type { Columns } from "./columns";
import type { Legend } from "./legend";

export interface Activity {
  /** For each part of the time the mean number of clients at work. */
  clients: Float64Array;
  /** The share of each part in which the server was at work. */
  server: Float64Array;
  /** The share in which a computation was under way. */
  called: Float64Array;
}

/** Returns who was at work in each of `parts` equal parts of a time. The rules are those of `phases.py`. */
export function activityOf(columns: Columns, legend: Legend, [from, to]: [number, number], parts: number): Activity {
  const isOfClients = clientWork(columns, legend);
  const servers = bordersOf(legend, "server");
  const found = { clients: new Cover(parts), server: new Cover(parts), called: new Cover(parts) };
  const scale = parts / Math.max(to - from, 1e-9);
  const place = (time: number) => (time - from) * scale;
  for (let span = 0; span < columns.count; span++) {
    const [start, end] = [place(columns.start(span)), place(columns.endInAll(span))];
    if (columns.invocation(span) === span) found.called.add(start, end);
    if (isOfClients(span)) found.clients.add(start, end);
    else if (servers[columns.layer(span)] === true && WORK.has(columns.operation(span))) found.server.add(start, end);
  }
  return { clients: found.clients.means, server: found.server.means, called: found.called.means };
}

/** Adds up how much of each part intervals cover, without walking over the parts of each. */
class Cover {
  private readonly edges: Float64Array;
  private readonly steps: Float64Array;

  constructor(private readonly parts: number) {
    this.edges = new Float64Array(parts + 1);
    this.steps = new Float64Array(parts + 1);
  }

  add(start: number, end: number): void {
    const [from, to] = [Math.max(start, 0), Math.min(end, this.parts)];
    if (!(to > from)) return;
    this.rise(from, 1);
    this.rise(to, -1);
  }

  /** For each part the mean of how many intervals cover it. */
  get means(): Float64Array {
    const means = new Float64Array(this.parts);
    let level = 0;
    for (let k = 0; k < this.parts; k++) {
      means[k] = level + (this.edges[k] ?? 0);
      level += this.steps[k] ?? 0;
    }
    return means;
  }

  /** From here on one more, or one less, in the rest of this part and in all parts after it. */
  private rise(at: number, by: number): void {
    const part = Math.min(Math.floor(at), this.parts);
    this.edges[part] = (this.edges[part] ?? 0) + by * (part + 1 - at);
    this.steps[part] = (this.steps[part] ?? 0) + by;
  }
}
