// Calls and the values they made as a graph, collapsed over clients until one of them is chosen.

import { select } from "d3-selection";
import { zoom, type ZoomBehavior, zoomIdentity } from "d3-zoom";
import { HEIGHT, place, type Route } from "../../model/graph_places";
import type { Graph, GraphEdge } from "../../model/messages";
import { shownGraph, type ShownCall } from "../../model/graph_calls";
import type { TraceStore } from "../../model/store";
import { count, duration } from "../../model/units";
import { button, element, fill } from "../../dom/elements";
import { ObservedSize } from "../../dom/observed_size";
import { Panel } from "../panel";

const SVG = "http://www.w3.org/2000/svg";
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
  private readonly room = new ObservedSize(this.frame, () => this.draw());
  private readonly legend = element("span", "tff-keys");
  private readonly svg = document.createElementNS(SVG, "svg");
  private readonly content = document.createElementNS(SVG, "g");
  private readonly empty = element("div", "tff-empty");
  private readonly behaviour: ZoomBehavior<SVGSVGElement, unknown>;
  private readonly choice = document.createElement("input");
  private readonly choiceLabel = element("label", "", "client ");
  /** The chosen client, -1 for all. */
  private client = -1;
  private calls: ShownCall[] = [];
  private edges: GraphEdge[] = [];
  private laidOut = "";
  /** Whether somebody chose what part of the graph is seen. */
  private isMoved = false;
  private size: Point = { x: 1, y: 1 };
  private groups = new Map<number, SVGGElement>();

  constructor(store: TraceStore) {
    super("graph", "Graph", store);
    this.behaviour = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.1, 4])
      .filter((event) => event.type !== "wheel" || event.ctrlKey || event.metaKey)
      .on("zoom", (event) => {
        this.isMoved ||= event.sourceEvent != null;
        this.content.setAttribute("transform", event.transform.toString());
      });
    select(this.svg).call(this.behaviour).on("dblclick.zoom", null);
    this.svg.setAttribute("role", "group");
    this.svg.append(this.content);
    this.svg.addEventListener("keydown", (event) => this.move(event));
    const line = element("div", "tff-controls");
    const buttons = element("span", "tff-buttons");
    buttons.append(
      button("−", "Zoom out (ctrl and wheel)", () => this.zoomBy(1 / STEP)),
      button("+", "Zoom in (ctrl and wheel)", () => this.zoomBy(STEP)),
      button("all", "Show the whole graph", () => this.showAll()),
    );
    Object.assign(this.choice, { type: "number", min: "0", placeholder: "all" });
    this.choice.addEventListener("input", () => {
      const isClient = this.choice.validity.valid && this.choice.value !== "";
      this.store.selection.select(isClient ? { client: this.choice.valueAsNumber } : {});
    });
    this.choiceLabel.append(this.choice);
    line.append(this.choiceLabel, buttons, this.legend);
    this.frame.append(this.empty, this.svg);
    this.root.append(line, this.frame);
  }

  describe(): string {
    const { graph } = this.store.legend;
    const whose = this.client >= 0 ? ` of client ${this.client}` : "";
    return graph ? `${graph.calls.length} calls and their values${whose}, ${graph.edges.length} edges` : "no graph yet";
  }

  draw(): void {
    const { legend, progress, selection, search, cohorts, sums, columns } = this.store;
    const { graph } = legend;
    const { chosen } = selection;
    this.choiceLabel.hidden = graph === null || !graph.calls.some((call) => call.members);
    this.choice.max = String(cohorts.latest.count - 1);
    // What is chosen stays while its calls are looked at.
    if (chosen.span < 0) this.choose(chosen.client);
    this.root.dataset.summary = this.describe();
    const isEmpty = graph === null || graph.calls.length === 0;
    this.empty.hidden = !isEmpty;
    this.empty.textContent = progress.finished ? "Nothing was recorded." : "No value has been made yet.";
    this.svg.style.display = isEmpty ? "none" : "";
    if (isEmpty || this.room.width === 0) return;
    this.show(graph);
    for (const [k, call] of this.calls.entries()) {
      const group = this.groups.get(call.span);
      const isSelected = call.span === chosen.span || graph.calls[k]?.members?.includes(chosen.span) === true;
      group?.classList.toggle("selected", isSelected);
      group?.classList.toggle("dim", !search.finds(`${call.label} ${call.value}`));
      group?.classList.toggle("lit", sums.nodes.of(columns.node(call.span)).running > 0);
    }
  }

  private choose(client: number): void {
    this.client = client;
    if (document.activeElement !== this.choice) this.choice.value = client < 0 ? "" : String(client);
  }

  private show(graph: Graph): void {
    const { calls, edges } = shownGraph(graph, this.client, this.store);
    if (this.client >= 0) this.store.requests.askForPreviews(calls.map((call) => call.span));
    const content = JSON.stringify([calls, edges]);
    if (content === this.laidOut) return;
    [this.laidOut, this.calls, this.edges] = [content, calls, edges];
    this.layOut();
    this.paintLegend(graph);
    if (!this.isMoved) this.fit(SMALLEST_TEXT);
  }

  private layOut(): void {
    const sized = this.calls.map((call) => ({ ...call, width: widthOf(call) }));
    const { calls, routes, width, height } = place(sized, this.edges);
    const focused = [...this.groups].find(([, group]) => group === document.activeElement)?.[0];
    this.content.replaceChildren();
    for (const route of routes) this.content.append(...edgeElements(route));
    this.groups.clear();
    for (const call of this.calls) {
      const { x, y } = calls.get(call.span) ?? { x: 0, y: 0 };
      const group = this.callElement(call);
      group.setAttribute("transform", `translate(${x},${y})`);
      this.groups.set(call.span, group);
      this.content.append(group);
    }
    if (focused !== undefined) this.groups.get(focused)?.focus();
    this.svg.setAttribute("aria-label", this.describe());
    this.size = { x: width, y: height };
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
    const isCarried = this.edges.some((edge) => edge.kind === "carry");
    if (isCarried) entries.push(element("span", "", "dashed: to the next client"));
    if (this.calls.some((call) => call.copies > 1)) entries.push(element("span", "", "× n: n times alike"));
    if (graph.hidden > 0) entries.push(element("span", "", `${count(graph.hidden)} smaller calls are left out`));
    fill(this.legend, entries);
  }

  private callElement(call: ShownCall): SVGGElement {
    const group = document.createElementNS(SVG, "g");
    const width = widthOf(call);
    const shape = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: -width / 2, y: -HEIGHT / 2, width, height: HEIGHT, rx: 5 })) {
      shape.setAttribute(name, String(value));
    }
    const title = document.createElementNS(SVG, "title");
    const place = call.placement ? ` at ${call.placement}` : "";
    const copies = call.copies > 1 ? `, ${count(call.copies)} times` : "";
    title.textContent = `${call.label || "value"}${place}${copies}, own time ${duration(call.ownTime)}\n${call.value}`;
    group.append(title, shape, textAt(-4, "label", shownLabel(call)), textAt(11, "value", shownValue(call)));
    group.setAttribute("class", `node place-${call.placement || "none"}${call.failed ? " failed" : ""}`);
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `${shownLabel(call)} ${shownValue(call)}: ${title.textContent}`);
    group.addEventListener("click", () => this.store.selection.select({ span: call.span }));
    return group;
  }

  /** Enter selects a call; left and right go along the edges. */
  private move(event: KeyboardEvent): void {
    const focused = [...this.groups].find(([, group]) => group === document.activeElement || group === event.target);
    if (focused === undefined) return;
    const [span] = focused;
    const { edges } = this;
    const targets: Record<string, () => number | undefined> = {
      ArrowRight: () => edges.find((edge) => edge.source === span)?.target,
      ArrowLeft: () => edges.find((edge) => edge.target === span)?.source,
      Enter: () => span,
      " ": () => span,
    };
    const next = targets[event.key]?.();
    if (next === undefined) return;
    event.preventDefault();
    this.store.selection.select({ span: next });
    this.groups.get(next)?.focus();
  }

  private zoomBy(factor: number): void {
    this.isMoved = true;
    select(this.svg).call(this.behaviour.scaleBy, factor);
  }

  private showAll(): void {
    this.isMoved = true;
    this.fit(0);
  }

  /** Shows the whole graph, or its beginning where it would become smaller than that. */
  private fit(smallest: number): void {
    const { width, height } = this.room;
    const scale = Math.min(1.2, Math.max(smallest, Math.min(width / this.size.x, height / this.size.y)));
    const left = Math.max(0, (width - this.size.x * scale) / 2);
    const top = Math.max(0, (height - this.size.y * scale) / 2);
    select(this.svg).call(this.behaviour.transform, zoomIdentity.translate(left, top).scale(scale));
  }
}

function edgeElements(route: Route): SVGElement[] {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", `edge ${route.kind}`);
  path.setAttribute("d", route.path);
  const arrow = document.createElementNS(SVG, "path");
  arrow.setAttribute("class", `arrow ${route.kind}`);
  arrow.setAttribute("d", "M0,0L-6,-3L-6,3Z");
  arrow.setAttribute("transform", `translate(${route.x},${route.y}) rotate(${route.angle})`);
  return [path, arrow];
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

function widthOf(call: ShownCall): number {
  return Math.max(NARROWEST, 18 + 6.8 * shownLabel(call).length, 16 + 5.7 * shownValue(call).length);
}

function shownLabel(call: ShownCall): string {
  const label = cut((call.label || "value").replace("federated_", "").replaceAll("_", " "), MAX_LABEL);
  return call.copies > 1 ? `${label} × ${count(call.copies)}` : label;
}

function shownValue(call: ShownCall): string {
  return call.failed ? "failed" : cut(call.value, MAX_VALUE);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
