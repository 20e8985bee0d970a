// The execution stack: executors as boxes, each above those that it delegates to.

import { type Group, groups } from "../model/layers";
import type { Selection, TraceStore } from "../model/store";
import { count, duration } from "../model/units";
import { element, write } from "../dom/elements";
import { ObservedSize } from "../dom/observed_size";
import { Panel } from "./panel";

const SMALLEST = 0.5;

export class StackPanel extends Panel {
  private readonly tree = element("div", "tff-stack");
  private readonly scroll = element("div", "tff-scroll");
  private readonly empty = element("div", "tff-empty", "No executor has been used yet.");
  private readonly room = new ObservedSize(this.scroll, () => this.draw());
  private boxes: Box[] = [];
  private built = "";
  private fitted = "";

  constructor(store: TraceStore) {
    super("stack", "Stack", store);
    this.tree.setAttribute("role", "tree");
    this.tree.setAttribute("aria-label", "Executors, from the top downwards");
    this.tree.addEventListener("keydown", (event) => this.move(event));
    this.scroll.append(this.empty, this.tree);
    this.root.append(this.scroll);
  }

  describe(): string {
    const calls = this.store.layers.calls.reduce((sum, n) => sum + n, 0);
    return `${this.store.executors.length} executors, ${calls} calls`;
  }

  draw(): void {
    const top = groups(this.store.executors);
    this.empty.hidden = top.length > 0;
    this.tree.hidden = top.length === 0;
    const shape = JSON.stringify(top.map(shapeOf));
    if (shape !== this.built) {
      this.built = shape;
      this.boxes = [];
      this.tree.replaceChildren(...top.map((group) => this.build(group, 1)));
    }
    const shown = this.boxes.map((box) => ({ box, ...this.sums(box.group) }));
    const longest = Math.max(...shown.map(({ time }) => time), 1e-9);
    for (const { box, calls, time, running } of shown) box.show(calls, time, running, longest);
    this.mark();
    this.fit();
    this.root.dataset.summary = this.describe();
  }

  /** Makes the boxes smaller where they do not fit, as long as they can be read. */
  private fit(): void {
    const { width, height } = this.room;
    const fitted = `${this.built.length} ${width} ${height}`;
    if (fitted === this.fitted || width === 0) return;
    this.fitted = fitted;
    this.tree.style.zoom = "1";
    // Twice, as small text needs a little more room than its share.
    for (let pass = 0; pass < 2; pass++) {
      const scale = Math.min(width / this.tree.offsetWidth, height / this.tree.offsetHeight);
      this.tree.style.zoom = String(Math.min(1, Math.max(SMALLEST, scale)));
    }
    this.scroll.scrollLeft = (this.scroll.scrollWidth - width) / 2;
  }

  private build(group: Group, level: number): HTMLElement {
    const box = new Box(group, level, (selection) => this.store.select(selection));
    this.boxes.push(box);
    const layer = element("div", "tff-layer");
    layer.append(box.root);
    if (group.below.length > 0) {
      const below = element("div", "tff-below");
      below.setAttribute("role", "group");
      below.append(...group.below.map((child) => this.build(child, level + 1)));
      layer.append(below);
    }
    return layer;
  }

  private sums(group: Group): { calls: number; time: number; running: number } {
    const { layers } = this.store;
    const sum = (numbers: number[]) => group.layers.reduce((total, layer) => total + (numbers[layer] ?? 0), 0);
    return { calls: sum(layers.calls), time: sum(layers.time), running: sum(layers.running) };
  }

  private mark(): void {
    const { selection, query } = this.store;
    const selected = this.boxes.find((box) => box.group.layers.includes(selection.layer));
    for (const box of this.boxes) {
      const isFound = query === "" || box.text.toLowerCase().includes(query);
      box.mark(box === selected, !isFound, box === (selected ?? this.boxes[0]));
    }
  }

  /** Up and down go through the boxes, each with all that is below it. */
  private move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -this.boxes.length, End: this.boxes.length }[event.key];
    if (step === undefined || this.boxes.length === 0) return;
    event.preventDefault();
    const selected = this.boxes.findIndex((box) => box.group.layers.includes(this.store.selection.layer));
    const next = this.boxes[Math.min(Math.max(selected + step, 0), this.boxes.length - 1)];
    this.store.select({ layer: next.group.layers[0] });
    next.root.focus();
  }
}

function shapeOf(group: Group): unknown[] {
  return [group.executor.name, detailOf(group), group.layers, group.below.map(shapeOf)];
}

function detailOf({ layers, executor }: Group): string {
  return layers.length > 1 ? `× ${layers.length}` : executor.role;
}

class Box {
  readonly root = element("div", "tff-box");
  readonly text: string;
  private readonly calls = element("span");
  private readonly time = element("span", "time");
  private readonly badge = element("span", "badge");
  private readonly fill = element("div", "fill");

  constructor(
    readonly group: Group,
    level: number,
    select: (selection: Partial<Selection>) => void,
  ) {
    const { executor, layers } = group;
    const detail = detailOf(group);
    this.text = `${executor.name} ${detail}`.trim();
    const name = element("div", "name", executor.name);
    const facts = element("div", "facts");
    facts.append(element("span", "role", detail), this.calls, this.time, this.badge);
    const track = element("div", "track");
    track.append(this.fill);
    this.root.append(name, facts, track);
    this.root.title = this.text;
    this.root.dataset.row = String(layers[0]);
    this.root.dataset.placement = executor.placement;
    this.root.classList.toggle("many", layers.length > 1);
    this.root.setAttribute("role", "treeitem");
    this.root.setAttribute("aria-level", String(level));
    this.root.addEventListener("click", () => select({ layer: layers[0] }));
  }

  show(calls: number, time: number, running: number, longest: number): void {
    write(this.calls, calls === 1 ? "1 call" : `${count(calls)} calls`);
    write(this.time, duration(time));
    this.fill.style.width = `${(100 * time) / longest}%`;
    write(this.badge, running > 0 ? `${count(running)} running` : "");
    this.root.dataset.calls = String(calls);
    this.root.classList.toggle("lit", running > 0);
  }

  mark(isSelected: boolean, isDim: boolean, isFocusable: boolean): void {
    this.root.classList.toggle("selected", isSelected);
    this.root.classList.toggle("dim", isDim);
    this.root.setAttribute("aria-selected", String(isSelected));
    this.root.tabIndex = isFocusable ? 0 : -1;
  }
}
