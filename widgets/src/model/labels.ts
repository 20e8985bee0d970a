// What a span is called.

import type { Columns } from "./columns";
import type { Legend } from "./legend";

/** Returns the executor of a span, and whom it works for. */
export function labelOf(span: number, columns: Columns, legend: Legend): string {
  const layer = columns.layer(span);
  const node = columns.node(span);
  const client = columns.client(span);
  const name = layer >= 0 ? legend.executors[layer]?.name : (legend.callAt(span)?.name ?? "invocation");
  return [name, legend.nodes[node]?.label, client >= 0 ? `client ${client}` : ""].filter(Boolean).join(" · ");
}
