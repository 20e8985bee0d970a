// Calls and the values they made as a graph, collapsed over clients. It is drawn when the run has ended.

import dagre from "@dagrejs/dagre";
import { select } from "d3-selection";
import { zoom, type ZoomBehavior, zoomIdentity } from "d3-zoom";
import type { Graph, GraphCall, GraphEdge } from "../model/messages";
import type { TraceStore } from "../model/store";
import { count, duration } from "../model/units";
import { button, element, Panel } from "./panel";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 40;
const NARROWEST = 64;
const MAX_LABEL = 20;
const MAX_VALUE = 24;
const SMALLEST_TEXT = 0.6;
const STEP = 1.4;
const PLACES: [string, string][] = [
  ["clients", "at clients"],
  ["server", "at the server"],
  ["", "without placement"],
];

interface Point {
  x: number;
  y: number;
}

export class GraphPanel extends Panel {
  private readonly frame = element("div", "tff-graph");
  private readonly legend = element("span", "tff-keys");
  private readonly svg = document.createElementNS(SVG, "svg");
  private readonly content = document.createElementNS(SVG, "g");
  private readonly empty = element("div", "tff-empty");
  private readonly behaviour: ZoomBehavior<SVGSVGElement, unknown>;
  private drawn: Graph | null = null;
  private size: Point = { x: 1, y: 1 };
  private groups = new Map<number, SVGGElement>();

  constructor(store: TraceStore) {
    super("graph", "Graph", store);
    this.behaviour = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.1, 4])
      .filter((event) => event.type !== "wheel" || event.ctrlKey || event.metaKey)
      .on("zoom", (event) => this.content.setAttribute("transform", event.transform.toString()));
    select(this.svg).call(this.behaviour).on("dblclick.zoom", null);
    this.svg.setAttribute("role", "group");
    this.svg.append(this.content);
    this.svg.addEventListener("keydown", (event) => this.move(event));
    const line = element("div", "tff-controls");
    const buttons = element("span", "tff-buttons");
    buttons.append(
      button("−", "Zoom out (ctrl and wheel)", () => this.zoomBy(1 / STEP)),
      button("+", "Zoom in (ctrl and wheel)", () => this.zoomBy(STEP)),
      button("all", "Show the whole graph", () => this.fit(0)),
    );
    line.append(buttons, this.legend);
    this.frame.append(this.empty, this.svg);
    this.root.append(line, this.frame);
  }

  describe(): string {
    const { graph } = this.store;
    return graph ? `${graph.calls.length} calls and their values, ${graph.edges.length} edges` : "no graph yet";
  }

  draw(): void {
    const { graph, finished, selection, query } = this.store;
    this.root.dataset.summary = this.describe();
    const isEmpty = graph === null || graph.calls.length === 0;
    this.empty.hidden = !isEmpty;
    this.empty.textContent = finished ? "Nothing was recorded." : "The graph is drawn when the run has ended.";
    this.svg.style.display = isEmpty ? "none" : "";
    if (isEmpty) return;
    if (graph !== this.drawn && this.frame.clientWidth > 0) this.layOut(graph);
    for (const call of graph.calls) {
      const group = this.groups.get(call.span);
      const isFound = query === "" || `${call.label} ${call.value}`.toLowerCase().includes(query);
      group?.classList.toggle("selected", call.span === selection.span);
      group?.classList.toggle("dim", !isFound);
    }
  }

  private layOut(graph: Graph): void {
    this.drawn = graph;
    const layout = new dagre.graphlib.Graph({ multigraph: true });
    layout.setGraph({ rankdir: "LR", nodesep: 10, ranksep: 28, marginx: 8, marginy: 8 });
    layout.setDefaultEdgeLabel(() => ({}));
    for (const call of graph.calls) layout.setNode(String(call.span), { width: widthOf(call), height: HEIGHT });
    graph.edges.forEach((edge, k) => {
      layout.setEdge(String(edge.source), String(edge.target), {}, String(k));
    });
    dagre.layout(layout);
    this.content.replaceChildren();
    graph.edges.forEach((edge, k) => {
      const name = { v: String(edge.source), w: String(edge.target), name: String(k) };
      this.content.append(...edgeElements(edge, layout.edge(name).points));
    });
    this.groups.clear();
    for (const call of graph.calls) {
      const { x, y } = layout.node(String(call.span));
      const group = this.callElement(call);
      group.setAttribute("transform", `translate(${x},${y})`);
      this.groups.set(call.span, group);
      this.content.append(group);
    }
    this.svg.setAttribute("aria-label", this.describe());
    this.size = { x: layout.graph().width ?? 1, y: layout.graph().height ?? 1 };
    this.paintLegend(graph);
    this.fit(SMALLEST_TEXT);
  }

  private paintLegend(graph: Graph): void {
    const present = PLACES.filter(([place]) => graph.calls.some((call) => call.placement === place));
    const entries = present.map(([place, text]) => {
      const entry = element("span", "tff-key", text);
      const square = document.createElement("i");
      square.className = `place-${place || "none"}`;
      entry.prepend(square);
      return entry;
    });
    const isCarried = graph.edges.some((edge) => edge.kind === "carry");
    if (isCarried) entries.push(element("span", "", "dashed: to the next client"));
    entries.push(element("span", "", "× n: alike for n clients"));
    if (graph.hidden > 0) entries.push(element("span", "", `${count(graph.hidden)} smaller calls are left out`));
    this.legend.replaceChildren(...entries);
  }

  private callElement(call: GraphCall): SVGGElement {
    const group = document.createElementNS(SVG, "g");
    const width = widthOf(call);
    const shape = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: -width / 2, y: -HEIGHT / 2, width, height: HEIGHT, rx: 5 })) {
      shape.setAttribute(name, String(value));
    }
    const title = document.createElementNS(SVG, "title");
    const place = call.placement ? ` at ${call.placement}` : "";
    const copies = call.count > 1 ? `, ${count(call.count)} times` : "";
    title.textContent = `${call.label || "value"}${place}${copies}, own time ${duration(call.self_ms)}\n${call.value}`;
    group.append(title, shape, textAt(-4, "label", shownLabel(call)), textAt(11, "value", shownValue(call)));
    group.setAttribute("class", `node place-${call.placement || "none"}${call.failed ? " failed" : ""}`);
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `${shownLabel(call)} ${shownValue(call)}: ${title.textContent}`);
    group.addEventListener("click", () => this.store.select({ span: call.span }));
    return group;
  }

  /** Enter selects a call; left and right go along the edges. */
  private move(event: KeyboardEvent): void {
    const focused = [...this.groups].find(([, group]) => group === document.activeElement || group === event.target);
    if (focused === undefined || this.drawn === null) return;
    const [span] = focused;
    const { edges } = this.drawn;
    const targets: Record<string, () => number | undefined> = {
      ArrowRight: () => edges.find((edge) => edge.source === span)?.target,
      ArrowLeft: () => edges.find((edge) => edge.target === span)?.source,
      Enter: () => span,
      " ": () => span,
    };
    const next = targets[event.key]?.();
    if (next === undefined) return;
    event.preventDefault();
    this.store.select({ span: next });
    this.groups.get(next)?.focus();
  }

  private zoomBy(factor: number): void {
    select(this.svg).call(this.behaviour.scaleBy, factor);
  }

  /** Shows the whole graph, or its beginning where it would become smaller than that. */
  private fit(smallest: number): void {
    const [width, height] = [this.frame.clientWidth, this.frame.clientHeight];
    const scale = Math.min(1.2, Math.max(smallest, Math.min(width / this.size.x, height / this.size.y)));
    const left = Math.max(0, (width - this.size.x * scale) / 2);
    const top = Math.max(0, (height - this.size.y * scale) / 2);
    select(this.svg).call(this.behaviour.transform, zoomIdentity.translate(left, top).scale(scale));
  }
}

function edgeElements(edge: GraphEdge, points: Point[]): SVGElement[] {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", `edge ${edge.kind}`);
  path.setAttribute("d", smooth(points));
  const [before, tip] = points.slice(-2);
  const arrow = document.createElementNS(SVG, "path");
  const angle = (Math.atan2(tip.y - before.y, tip.x - before.x) * 180) / Math.PI;
  arrow.setAttribute("class", `arrow ${edge.kind}`);
  arrow.setAttribute("d", "M0,0L-6,-3L-6,3Z");
  arrow.setAttribute("transform", `translate(${tip.x},${tip.y}) rotate(${angle})`);
  return [path, arrow];
}

/** Rounds the corners of a line: the curve passes half way between two corners. */
function smooth(points: Point[]): string {
  const text = (point: Point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const corners = points.slice(1, -1);
  const curves = corners.map((corner, k) => {
    const next = points[k + 2];
    return `Q${text(corner)} ${text(k === corners.length - 1 ? next : middle(corner, next))}`;
  });
  return `M${text(points[0])}${curves.join("") || `L${text(points[points.length - 1])}`}`;
}

function textAt(y: number, name: string, text: string): SVGTextElement {
  const made = document.createElementNS(SVG, "text");
  made.setAttribute("class", name);
  made.setAttribute("text-anchor", "middle");
  made.setAttribute("y", String(y));
  // The space keeps the lines apart where they are read aloud as one.
  made.textContent = `${text} `;
  return made;
}

function widthOf(call: GraphCall): number {
  return Math.max(NARROWEST, 18 + 6.8 * shownLabel(call).length, 16 + 5.7 * shownValue(call).length);
}

function shownLabel(call: GraphCall): string {
  const label = cut((call.label || "value").replace("federated_", "").replaceAll("_", " "), MAX_LABEL);
  return call.count > 1 ? `${label} × ${count(call.count)}` : label;
}

function shownValue(call: GraphCall): string {
  return call.failed ? "failed" : cut(call.value, MAX_VALUE);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
