// Values and calls as a graph, collapsed over clients. It is drawn when the run has ended.

import dagre from "@dagrejs/dagre";
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import type { Graph, GraphNode } from "../model/messages";
import type { TraceStore } from "../model/store";
import { count, duration } from "../model/units";
import { element, Panel } from "./panel";

const SVG = "http://www.w3.org/2000/svg";

export class GraphPanel extends Panel {
  private readonly frame = element("div", "tff-graph");
  private readonly note = element("div", "tff-controls");
  private drawn: Graph | null = null;
  private groups = new Map<string, SVGGElement>();

  constructor(store: TraceStore) {
    super("graph", "Graph", store);
    this.root.append(this.note, this.frame);
  }

  describe(): string {
    const graph = this.store.graph;
    return graph ? `${graph.nodes.length} values and calls, ${graph.edges.length} edges` : "no graph yet";
  }

  draw(): void {
    const { graph } = this.store;
    this.root.dataset.summary = this.describe();
    if (graph === null || graph.nodes.length === 0) {
      const text = this.store.finished ? "Nothing was recorded." : "The graph is drawn when the run has ended.";
      this.frame.replaceChildren(element("div", "tff-empty", text));
      this.drawn = null;
      return;
    }
    if (graph !== this.drawn && this.root.clientWidth > 0) this.layOut(graph);
    for (const node of graph.nodes) {
      const isSelected = node.span === this.store.selection.span;
      const isDim = this.store.query !== "" && !node.label.toLowerCase().includes(this.store.query);
      const group = this.groups.get(node.id);
      group?.querySelector(".shape")?.setAttribute("stroke-width", isSelected ? "3" : "1.2");
      group?.setAttribute("opacity", isDim ? "0.25" : "1");
    }
  }

  private layOut(graph: Graph): void {
    this.drawn = graph;
    const layout = new dagre.graphlib.Graph({ multigraph: true });
    layout.setGraph({ rankdir: "LR", nodesep: 8, ranksep: 26 });
    layout.setDefaultEdgeLabel(() => ({}));
    for (const node of graph.nodes) {
      const width = 20 + 6.4 * shownLabel(node).length;
      layout.setNode(node.id, { width, height: node.kind === "call" ? 26 : 20 });
    }
    graph.edges.forEach((edge, k) => {
      layout.setEdge(edge.source, edge.target, {}, String(k));
    });
    dagre.layout(layout);
    const svg = document.createElementNS(SVG, "svg");
    const content = document.createElementNS(SVG, "g");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", this.describe());
    graph.edges.forEach((edge, k) => {
      const { points } = layout.edge({ v: edge.source, w: edge.target, name: String(k) });
      const path = document.createElementNS(SVG, "path");
      path.setAttribute(
        "d",
        `M${points.map((p: { x: number; y: number }) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join("L")}`,
      );
      path.setAttribute("fill", "none");
      path.setAttribute("stroke", edge.kind === "carry" ? "var(--tff-orange)" : "var(--tff-soft)");
      path.setAttribute("stroke-opacity", "0.7");
      if (edge.kind === "carry") path.setAttribute("stroke-dasharray", "4 3");
      content.append(path);
    });
    this.groups.clear();
    for (const node of graph.nodes) {
      const place = layout.node(node.id);
      const group = this.nodeElement(node, place.width, place.height);
      group.setAttribute("transform", `translate(${place.x},${place.y})`);
      this.groups.set(node.id, group);
      content.append(group);
    }
    svg.append(content);
    this.frame.replaceChildren(svg);
    this.fit(svg, content, layout.graph().width ?? 100, layout.graph().height ?? 100);
    const hidden = graph.hidden > 0 ? ` ${count(graph.hidden)} more are not shown.` : "";
    this.note.textContent = `What is done alike for each client is one node. Drag to move, ctrl and wheel to zoom.${hidden}`;
  }

  private nodeElement(node: GraphNode, width: number, height: number): SVGGElement {
    const group = document.createElementNS(SVG, "g");
    const shape = document.createElementNS(SVG, "rect");
    const colour = { clients: "orange", server: "green" }[node.placement] ?? "blue";
    shape.setAttribute("class", "shape");
    shape.setAttribute("x", String(-width / 2));
    shape.setAttribute("y", String(-height / 2));
    shape.setAttribute("width", String(width));
    shape.setAttribute("height", String(height));
    shape.setAttribute("rx", node.kind === "call" ? "4" : String(height / 2));
    shape.setAttribute("fill", node.kind === "call" ? "var(--tff-raised)" : "var(--tff-surface)");
    shape.setAttribute("stroke", `var(--tff-${colour})`);
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("text-anchor", "middle");
    text.setAttribute("dy", "4");
    text.textContent = shownLabel(node);
    const title = document.createElementNS(SVG, "title");
    title.textContent = `${node.kind} ${node.label}, ${node.placement || "no placement"}, ${duration(node.self_ms)}`;
    group.append(title, shape, text);
    group.setAttribute("class", "node");
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", title.textContent);
    group.addEventListener("click", () => this.store.select({ span: node.span }));
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.store.select({ span: node.span });
      }
    });
    return group;
  }

  private fit(svg: SVGSVGElement, content: SVGGElement, width: number, height: number): void {
    const room = [Math.max(this.frame.clientWidth, 200), 400];
    const scale = Math.min(1, Math.max(0.6, Math.min(room[0] / (width + 20), room[1] / (height + 20))));
    const behaviour = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.1, 4])
      .filter((event) => event.type !== "wheel" || event.ctrlKey || event.metaKey)
      .on("zoom", (event) => content.setAttribute("transform", event.transform.toString()));
    const start = zoomIdentity.translate(10, Math.max(10, (room[1] - height * scale) / 2)).scale(scale);
    select(svg).call(behaviour).call(behaviour.transform, start).on("dblclick.zoom", null);
  }
}

const MAX_LABEL = 24;

function shownLabel(node: GraphNode): string {
  const label = node.label.length > MAX_LABEL ? `${node.label.slice(0, MAX_LABEL - 1)}…` : node.label;
  return node.count > 1 ? `${label} ×${count(node.count)}` : label;
}
