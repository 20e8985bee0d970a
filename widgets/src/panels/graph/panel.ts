// Calls and the values they made as a graph, collapsed over clients until one of them is chosen.

import { button, div, element, fill, on, set, span } from "../../dom/elements";
import { ObservedSize } from "../../dom/observed_size";
import { shownGraph, type ShownCall } from "../../model/graph_calls";
import { place } from "../../model/graph_places";
import type { Graph, GraphEdge } from "../../model/messages";
import type { TraceStore } from "../../model/store";
import { count } from "../../model/units";
import { Panel } from "../panel";
import { callShape, edgeShapes, placeOf, shape, widthOf } from "./shapes";
import { Zoom } from "./zoom";
import { say } from "../../model/words";

export class GraphPanel extends Panel {
  private readonly frame = div("tff-graph tff-scroll");
  private readonly room = this.opened.add(new ObservedSize(this.frame, () => this.draw()));
  private readonly legend = span("tff-keys");
  private readonly hint = span("tff-hint", say("scroll"));
  private readonly svg = shape("svg", { role: "group" });
  private readonly zoom = new Zoom(this.frame, this.svg, (scale) => this.tellWhatIsHidden(scale));
  private readonly empty = div("tff-empty");
  private readonly choice = document.createElement("input");
  private readonly choiceLabel = element("label", "", say("client"), " ", this.choice);
  /** The chosen client, -1 for all. */
  private client = -1;
  private calls: ShownCall[] = [];
  private edges: GraphEdge[] = [];
  private laidOut = "";
  private size = { width: 1, height: 1 };
  private readonly boxes = new Map<number, SVGGElement>();

  constructor(store: TraceStore) {
    super("graph", store);
    on(this.svg, "keydown", (event) => this.move(event));
    this.frame.append(this.empty, this.svg);
    this.root.append(this.controls(), this.frame);
  }

  describe(): string {
    const { graph } = this.store.legend;
    if (!graph) return say("no graph");
    const numCalls = graph.calls.length;
    const calls = this.client < 0 ? say("calls and values", numCalls) : say("calls of client", numCalls, this.client);
    return `${calls}, ${say("n edges", graph.edges.length)}`;
  }

  draw(): void {
    const { legend, progress, selection, cohorts } = this.store;
    const { graph } = legend;
    const { marks } = selection;
    this.choiceLabel.hidden = graph === null || !graph.calls.some((call) => call.members);
    this.choice.max = String(cohorts.latest.count - 1);
    // What is chosen stays while its calls are looked at.
    if (marks.span < 0) this.choose(marks.client);
    this.root.dataset.summary = this.describe();
    const isEmpty = graph === null || graph.calls.length === 0;
    this.empty.hidden = !isEmpty;
    this.empty.textContent = say(progress.finished ? "nothing recorded" : "no value yet");
    this.svg.style.display = isEmpty ? "none" : "";
    if (isEmpty || this.room.width === 0) return;
    this.show(graph);
    this.mark(graph);
  }

  private controls(): HTMLElement {
    Object.assign(this.choice, { type: "number", min: "0", placeholder: say("all") });
    on(this.choice, "input", () => {
      const isClient = this.choice.validity.valid && this.choice.value !== "";
      this.store.selection.select(
        ...(isClient ? [{ kind: "client", client: this.choice.valueAsNumber } as const] : []),
      );
    });
    const buttons = span(
      "tff-buttons",
      button("−", say("zoom out"), () => this.zoom.out()),
      button("+", say("zoom in"), () => this.zoom.in()),
      button(say("all"), say("all told"), () => this.showAll()),
    );
    this.hint.hidden = true;
    return div("tff-controls", this.choiceLabel, buttons, this.legend, this.hint);
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
    const end = this.layOut();
    this.paintLegend(graph);
    this.zoom.showEnd(this.size, this.room, end);
  }

  private showAll(): void {
    this.zoom.showAll(this.room);
  }

  private tellWhatIsHidden(scale: number): void {
    this.hint.hidden = this.size.width * scale <= this.room.width + 1;
  }

  /** Draws all calls; returns where the last one stands, which makes the result. */
  private layOut(): { x: number; y: number } {
    const sized = this.calls.map((call) => ({ ...call, width: widthOf(call) }));
    const { calls, routes, width, height } = place(sized, this.edges);
    const focused = this.focused(document.activeElement);
    this.svg.replaceChildren(...routes.flatMap(edgeShapes));
    this.boxes.clear();
    for (const call of this.calls) {
      const { x, y } = calls.get(call.span) ?? { x: 0, y: 0 };
      const box = callShape(call);
      set(box, "transform", `translate(${x},${y})`);
      box.addEventListener("click", (event) => this.pick({ kind: "span", span: call.span }, event));
      this.boxes.set(call.span, box);
      this.svg.append(box);
    }
    if (focused !== undefined) this.boxes.get(focused)?.focus();
    set(this.svg, "aria-label", this.describe());
    this.size = { width, height };
    return calls.get(Math.max(...calls.keys())) ?? { x: 0, y: 0 };
  }

  /** Marks what is selected, searched for and under way. */
  private mark(graph: Graph): void {
    const { selection, search, sums, columns } = this.store;
    const { span } = selection.marks;
    for (const [k, call] of this.calls.entries()) {
      const marks = this.boxes.get(call.span)?.classList;
      const isSelected = call.span === span || graph.calls[k]?.members?.includes(span) === true;
      marks?.toggle("selected", isSelected);
      marks?.toggle("dim", !search.finds(`${call.label} ${call.value}`));
      marks?.toggle("lit", sums.nodes.of(columns.node(call.span)).running > 0);
    }
  }

  private paintLegend(graph: Graph): void {
    const present = ["clients", "server", ""].filter((place) => graph.calls.some((call) => call.placement === place));
    const entries = present.map((place) => span("tff-key", element("i", `place-${place || "none"}`), placeOf(place)));
    const isCarried = this.edges.some((edge) => edge.kind === "carry");
    if (isCarried) entries.push(span("", say("dashed")));
    if (this.calls.some((call) => call.copies > 1)) entries.push(span("", say("alike")));
    if (graph.hidden > 0) entries.push(span("", say("smaller calls", count(graph.hidden))));
    fill(this.legend, entries);
  }

  /** Enter selects a call; left and right go along the edges; plus, minus and 0 zoom. */
  private move(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const span = this.focused(document.activeElement) ?? this.focused(event.target);
    const next = span === undefined ? undefined : this.next(span, event.key);
    if (next === undefined && !this.zoomWith(event.key)) return;
    event.preventDefault();
    if (next === undefined) return;
    this.store.selection.select({ kind: "span", span: next });
    this.boxes.get(next)?.focus();
  }

  /** Returns whether a key means something to the zoom. */
  private zoomWith(key: string): boolean {
    if (key === "+" || key === "=") this.zoom.in();
    else if (key === "-") this.zoom.out();
    else if (key === "0") this.showAll();
    else return false;
    return true;
  }

  private next(span: number, key: string): number | undefined {
    if (key === "ArrowRight") return this.edges.find((edge) => edge.source === span)?.target;
    if (key === "ArrowLeft") return this.edges.find((edge) => edge.target === span)?.source;
    return key === "Enter" || key === " " ? span : undefined;
  }

  /** Returns the call whose box is an element. */
  private focused(element: EventTarget | null): number | undefined {
    return [...this.boxes].find(([, box]) => box === element)?.[0];
  }
}
