// The program as its author thinks of it: the server, the clients, the wall between them, and what crosses it.

import { div, on, set, toggle } from "../../dom/elements";
import { ObservedSize } from "../../dom/observed_size";
import { type Program, programOfPart } from "../../model/program";
import type { Box } from "../../model/program_places";
import { placeIn } from "../../model/program_upright";
import type { TraceStore } from "../../model/store";
import { count } from "../../model/units";
import { shape } from "../graph/shapes";
import { Panel } from "../panel";
import { boxShape, labelShapes, laneShapes, pipeShapes, wallShapes, wayShapes } from "./shapes";
import { say } from "../../model/words";

export class ProgramPanel extends Panel {
  private readonly frame = div("tff-program tff-scroll");
  private readonly room = this.opened.add(new ObservedSize(this.frame, () => this.draw()));
  private readonly svg = shape("svg", { role: "group" });
  private readonly empty = div("tff-empty");
  private readonly boxes = new Map<SVGGElement, number>();
  /** The name of the pattern of the wall: another one in each view of a page, whose first may be out of sight. */
  private readonly hatching = `tff-hatching${Math.random()}`;
  private shown = "";

  constructor(store: TraceStore) {
    super("program", store);
    this.frame.tabIndex = 0;
    this.frame.append(this.empty, this.svg);
    on(this.svg, "keydown", (event) => this.act(event));
    this.root.append(this.frame);
  }

  describe(): string {
    const { program } = this.store.legend;
    if (program === null) return say("no program");
    const crossings = program.steps.filter((step) => step.crosses_to !== "").length;
    return say("n steps", count(program.steps.length)) + say("across", count(crossings));
  }

  draw(): void {
    const { legend, progress } = this.store;
    const { program } = legend;
    this.root.dataset.summary = this.describe();
    // What is known of a call that has just begun is not the program yet.
    this.empty.hidden = program !== null || (!progress.finished && legend.invocations.length > 0);
    this.empty.textContent = say(progress.finished ? "no call" : "no call yet");
    this.svg.style.display = program === null ? "none" : "";
    if (program === null || this.room.width === 0) return;
    const { steps, selection } = this.store;
    const state = JSON.stringify([program, this.room.width, this.room.height, ...steps.state]);
    if (state !== this.shown) this.paint(steps.isOfPart ? programOfPart(program, steps, selection) : program);
    this.shown = state;
    for (const [box, node] of this.boxes) this.mark(box, node);
  }

  /** Frames the selected step; those that have no part in what else is selected are pale. */
  private mark(box: SVGGElement, node: number): void {
    const { sums, selection, hover } = this.store;
    const { calls, running } = sums.nodes.of(node);
    const isPart = sums.isOfPart && (selection.parts.length > 1 || selection.part("node") === undefined);
    toggle(box, "selected", node === selection.marks.node);
    toggle(box, "lit", hover.lights(node));
    toggle(box, "pale", isPart && calls + running === 0 && node !== selection.marks.node);
  }

  private paint(program: Program): void {
    const places = placeIn(this.room, program);
    const scope = this.store.steps.isOfPart ? [] : program.scope;
    const { wall, width, height } = places;
    set(this.svg, "width", String(width));
    set(this.svg, "height", String(height));
    set(this.svg, "aria-label", this.describe());
    this.boxes.clear();
    this.svg.replaceChildren(
      hatching(this.hatching),
      ...places.lanes.flatMap((lane, k) => laneShapes(lane, k === 0 ? scope : [])),
      ...(wall === null ? [] : wallShapes(wall, places.pipes, this.hatching)),
      ...places.ways.flatMap(wayShapes),
      ...places.pipes.flatMap(pipeShapes),
      ...places.boxes.map((box) => this.box(box)),
      ...places.labels.flatMap(labelShapes),
    );
  }

  private box(box: Box): SVGGElement {
    const made = boxShape(box);
    if (box.step !== null) {
      this.boxes.set(made, box.step.node);
      const part = { kind: "node", node: box.step.node } as const;
      made.addEventListener("click", (event) => this.pick(part, event));
      made.addEventListener("pointerenter", () => this.store.hover.show([this.boxes.get(made) ?? -1]));
      made.addEventListener("pointerleave", () => this.store.hover.show([]));
    }
    return made;
  }

  private choose(box: SVGGElement): void {
    const node = this.boxes.get(box);
    if (node !== undefined) this.store.selection.select({ kind: "node", node });
  }

  /** Enter selects a step; left and right go to the step before and the next. */
  private act(event: KeyboardEvent): void {
    const all = [...this.boxes.keys()];
    const at = all.findIndex((box) => box === event.target);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Enter: at, " ": at };
    const next = at < 0 ? undefined : all[steps[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    if (event.key === "Enter" || event.key === " ") this.choose(next);
  }
}

/** The pattern of the wall. */
function hatching(id: string): SVGElement {
  const size = { width: 8, height: 8 };
  return shape(
    "defs",
    {},
    shape(
      "pattern",
      { id, ...size, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      shape("rect", { class: "wall-ground", ...size }),
      shape("rect", { class: "wall-line", ...size, width: 2 }),
    ),
  );
}
