// The execution stack: executors as boxes, each above those that it delegates to.

import type { StackArrangement, StackBox } from "../model/messages";
import type { Executor } from "../model/schema";
import type { Part } from "../model/selection";
import type { TraceStore } from "../model/store";
import type { Total } from "../model/totals";
import { count, duration } from "../model/units";
import { element, write } from "../dom/elements";
import { ObservedSize } from "../dom/observed_size";
import { Panel } from "./panel";

const SMALLEST = 0.42;
// A box and the gap to the next, as small as it is read with ease: a stack with more of them side by side is folded.
const READABLE_WIDTH = 0.6 * 250;

/** Executors that are drawn as one box: the first of them, and the numbers of all. */
interface Group {
  first: number;
  executor: Executor;
  layers: number[];
  role: string;
  below: Group[];
}

export class StackPanel extends Panel {
  private readonly tree = element("div", "tff-stack");
  private readonly scroll = element("div", "tff-scroll");
  private readonly empty = element("div", "tff-empty", "No executor has been used yet.");
  private readonly room = this.opened.add(new ObservedSize(this.scroll, () => this.draw()));
  private boxes: Box[] = [];
  private built = "";
  private fitted = "";

  constructor(store: TraceStore) {
    super("stack", store);
    this.tree.setAttribute("role", "tree");
    this.tree.setAttribute("aria-label", "Executors, from the top downwards");
    this.tree.addEventListener("keydown", (event) => this.move(event));
    this.scroll.append(this.empty, this.tree);
    this.root.append(this.scroll);
  }

  describe(): string {
    const { legend, sums } = this.store;
    return `${legend.executors.length} executors, ${sums.layers.calls} calls`;
  }

  draw(): void {
    const top = this.arrangement().boxes.flatMap((box) => this.groupOf(box));
    this.empty.hidden = top.length > 0;
    this.tree.hidden = top.length === 0;
    const shape = JSON.stringify(top.map(shapeOf));
    if (shape !== this.built) {
      this.built = shape;
      this.boxes = [];
      this.tree.replaceChildren(...top.map((group) => this.build(group, 1)));
    }
    const shown = this.boxes.map((box) => ({ box, total: this.totalOf(box.group) }));
    const longest = Math.max(...shown.map(({ total }) => total.time), 1e-9);
    for (const { box, total } of shown) box.show(total, longest);
    this.mark();
    this.fit();
    this.root.dataset.summary = this.describe();
  }

  /** Returns the first arrangement, from the widest on, for which there is room; the narrowest if there is none. */
  private arrangement(): StackArrangement {
    const { width } = this.room;
    const most = width === 0 ? Infinity : Math.max(1, Math.floor(width / READABLE_WIDTH));
    const { stack } = this.store.legend;
    return stack.find(({ columns }) => columns <= most) ?? stack.at(-1) ?? { columns: 0, boxes: [] };
  }

  /** Returns a box with its executor; none if a message was lost that tells of it. */
  private groupOf({ layers, role, below }: StackBox): Group[] {
    const [first = -1] = layers;
    const executor = this.store.legend.executors[first];
    if (executor === undefined) return [];
    return [{ first, executor, layers, role, below: below.flatMap((box) => this.groupOf(box)) }];
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
    const box = new Box(group, level, this.store.legend.words[group.executor.name] ?? "", (part) =>
      this.store.selection.select(part),
    );
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

  private totalOf(group: Group): Total {
    const totals = group.layers.map((layer) => this.store.sums.layers.of(layer));
    const sum = (name: keyof Total) => totals.reduce((all, total) => all + total[name], 0);
    return { calls: sum("calls"), time: sum("time"), running: sum("running") };
  }

  private mark(): void {
    const { selection, search } = this.store;
    const selected = this.boxes.find((box) => box.group.layers.includes(selection.marks.layer));
    for (const box of this.boxes) {
      box.mark(box === selected, !search.finds(box.text), box === (selected ?? this.boxes[0]));
    }
  }

  /** Up and down go through the boxes, each with all that is below it. */
  private move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -this.boxes.length, End: this.boxes.length }[event.key];
    if (step === undefined) return;
    const { selection } = this.store;
    const selected = this.boxes.findIndex((box) => box.group.layers.includes(selection.marks.layer));
    const next = this.boxes[Math.min(Math.max(selected + step, 0), this.boxes.length - 1)];
    if (next === undefined) return;
    event.preventDefault();
    selection.select(next.part);
    next.root.focus();
  }
}

function shapeOf(group: Group): unknown[] {
  return [group.executor.name, detailOf(group), group.layers, group.below.map(shapeOf)];
}

function detailOf({ layers, role }: Group): string {
  return layers.length > 1 ? `${role} × ${count(layers.length)}`.trim() : role;
}

class Box {
  readonly root = element("div", "tff-box");
  readonly text: string;
  /** What is selected by a click on it. */
  readonly part: Part;
  private readonly calls = element("span");
  private readonly time = element("span", "time");
  private readonly badge = element("span", "badge");
  private readonly fill = element("div", "fill");

  constructor(
    readonly group: Group,
    level: number,
    meaning: string,
    select: (part: Part) => void,
  ) {
    const { executor, layers, first } = group;
    this.part = { kind: "executor", layers };
    const detail = detailOf(group);
    this.text = `${executor.name} ${detail}`.trim();
    const name = element("div", "name", executor.name);
    const facts = element("div", "facts");
    facts.append(element("span", "role", detail), this.calls, this.time, this.badge);
    const track = element("div", "track");
    track.append(this.fill);
    this.root.append(name, facts, track);
    this.root.title = `${this.text}\n${meaning}`.trim();
    this.root.dataset.row = String(first);
    this.root.dataset.placement = executor.placement;
    this.root.classList.toggle("many", layers.length > 1);
    this.root.setAttribute("role", "treeitem");
    this.root.setAttribute("aria-level", String(level));
    this.root.addEventListener("click", () => select(this.part));
  }

  show({ calls, time, running }: Total, longest: number): void {
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
