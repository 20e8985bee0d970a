// Which spans are the work of clients.

import type { Columns } from "./columns";
import type { Legend } from "./legend";
import { OPERATION } from "./schema";

/** What is work at any placement. */
export const WORK = new Set<number>([OPERATION.create_call, OPERATION.compute]);

/** Returns which executors are the topmost of clients, or of another placement. */
export function bordersOf({ executors }: Legend, placement: string): boolean[] {
  return executors.map((of) => of.placement === placement && executors[of.parent]?.placement !== placement);
}

/** Returns what says of a span whether it is work of clients, at their border. The rules are those of `client_work.py`. */
export function clientWork(columns: Columns, legend: Legend): (span: number) => boolean {
  const borders = bordersOf(legend, "clients");
  const isStep = legend.nodes.map(({ label }) => label.startsWith("call "));
  return (span) => {
    if (borders[columns.layer(span)] !== true) return false;
    const operation = columns.operation(span);
    return WORK.has(operation) || (operation === OPERATION.create_value && isStep[columns.node(span)] === true);
  };
}
