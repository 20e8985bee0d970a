// The shapes of a graph: calls as boxes, edges as curves with an arrow.

import { set } from "../../dom/elements";
import type { ShownCall } from "../../model/graph_calls";
import { HEIGHT, type Route } from "../../model/graph_places";
import { count, duration } from "../../model/units";
import { say, sayState } from "../../model/words";

const SVG = "http://www.w3.org/2000/svg";
const NARROWEST = 64;
const MAX_LABEL = 20;
const MAX_VALUE = 24;
const ARROW = "M0,0L-6,-3L-6,3Z";

/** Makes an element of a picture, with attributes and what is in it. */
export function shape<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number> = {},
  ...content: (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, String(value));
  made.append(...content);
  return made;
}

/** What is said of a placement. */
export function placeOf(placement: string): string {
  return say(placement === "clients" ? "at clients" : placement === "server" ? "at server" : "at none");
}

/** How wide a call is, so that its texts fit. */
export function widthOf(call: ShownCall): number {
  return Math.max(NARROWEST, 18 + 6.8 * shownLabel(call).length, 16 + 5.7 * shownValue(call).length);
}

/** Makes the box of a call, around its middle. */
export function callShape(call: ShownCall): SVGGElement {
  const width = widthOf(call);
  const place = call.placement && placeOf(call.placement);
  const copies = call.copies > 1 ? say("n times", count(call.copies)) : "";
  const own = `${say("own time")} ${duration(call.ownTime)}`;
  const told = `${[call.label || say("value"), place, copies, own].filter(Boolean).join(", ")}\n${call.value}`;
  return shape(
    "g",
    {
      class: `node place-${call.placement || "none"}${call.failed ? " failed" : ""}`,
      tabindex: 0,
      role: "button",
      "aria-label": `${shownLabel(call)} ${shownValue(call)}: ${told}`,
    },
    shape("title", {}, told),
    shape("rect", { x: -width / 2, y: -HEIGHT / 2, width, height: HEIGHT, rx: 5 }),
    textAt(-4, "label", shownLabel(call)),
    textAt(11, "value", shownValue(call)),
  );
}

/** Makes the curve of an edge and its arrow. */
export function edgeShapes({ kind, path, x, y, angle }: Route): SVGElement[] {
  const transform = `translate(${x},${y}) rotate(${angle})`;
  return [
    shape("path", { class: `edge ${kind}`, d: path }),
    shape("path", { class: `arrow ${kind}`, d: ARROW, transform }),
  ];
}

function textAt(y: number, name: string, text: string): SVGTextElement {
  // The space keeps the lines apart where they are read aloud as one.
  return shape("text", { class: name, "text-anchor": "middle", y }, `${text} `);
}

function shownLabel(call: ShownCall): string {
  const label = cut(call.words, MAX_LABEL);
  return call.copies > 1 ? `${label} × ${count(call.copies)}` : label;
}

function shownValue(call: ShownCall): string {
  return call.failed ? `✕ ${cut(call.value || sayState("failed"), MAX_VALUE)}` : cut(call.value, MAX_VALUE);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
