// What a span is called.

import type { Columns } from "./columns";
import type { Legend } from "./legend";
import { say } from "./words";

/** Returns what is wrong with the number that a span made or computed: `nan`, `inf` or `-inf`; empty if nothing is. */
export function wrongNumberOf(span: number, columns: Columns): string {
  const scalar = columns.scalar(span);
  if (scalar === undefined || Number.isFinite(scalar)) return "";
  return Number.isNaN(scalar) ? "nan" : scalar > 0 ? "inf" : "-inf";
}

/** What an executor is called where there is little room. */
export function shortName(name: string): string {
  return name.replaceAll("Executor", "");
}

/** Returns how many letters wide a text is: one of Korean is nearly as wide as two others. */
export function widthIn(text: string): number {
  return text.replace(/[\u3000-\ud7ff]/g, "nn").length;
}

/** Returns the executor of a span, and whom it works for. */
export function labelOf(span: number, columns: Columns, legend: Legend): string {
  const layer = columns.layer(span);
  const node = columns.node(span);
  const client = columns.client(span);
  const name = layer >= 0 ? legend.executors[layer]?.name : (legend.callAt(span)?.name ?? say("invocation"));
  return [name, legend.nodes[node]?.label, client >= 0 ? say("client n", client) : ""].filter(Boolean).join(" · ");
}
