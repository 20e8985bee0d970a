// The execution stack: executors as boxes, each above those that it delegates to.

import type { StackArrangement } from "../model/messages";
import type { Part } from "../model/selection";
import { type Group, groupsOf, isBranch } from "../model/stack_groups";
import type { TraceStore } from "../model/store";
import type { Total } from "../model/totals";
import { count, duration } from "../model/units";
import { div, named, on, set, span, toggle, write } from "../dom/elements";
import { ObservedSize } from "../dom/observed_size";
import { walk } from "../dom/walk";
import { Hosts } from "./hosts";
import { Panel } from "./panel";
import { StackFrame } from "./stack_frame";
import { say, sayRole } from "../model/words";

const SMALLEST = 0.6;
// Both sides of a wide stack are worth more than large letters: its height is scrolled, its width is not.
const SMALLEST_ACROSS = 0.36;
const WITH_BRIEFS = 0.8;
// A box and the gap to the next, as small as it is read with ease: a stack with more of them side by side is folded.
const READABLE_WIDTH = SMALLEST * 250;
const WITH_HOSTS = 420;

export class StackPanel extends Panel {
  private readonly tree = named(div("tff-stack"), "tree", say("executors told"));
  private readonly frame = new StackFrame(this.tree);
  private readonly hosts = new Hosts();
  private readonly scroll = div("tff-scroll");
  private readonly empty = div("tff-empty", say("no executor"));
  private readonly room = this.opened.add(new ObservedSize(this.scroll, () => this.draw()));
  private boxes: Box[] = [];
  /** The first executors of piles of which one is taken out. */
  private readonly parted = new Set<number>();
  private built = "";
  private fitted = "";

  constructor(store: TraceStore) {
    super("stack", store);
    on(this.tree, "keydown", (event) => this.move(event));
    this.scroll.append(this.empty, this.frame.root, this.hosts.root);
    this.root.append(this.scroll);
  }

  describe(): string {
    const { legend, sums } = this.store;
    return `${say("n executors", legend.executors.length)}, ${say("n calls", sums.layers.all.calls)}`;
  }

  draw(): void {
    const { legend, sums } = this.store;
    this.hosts.show(legend.hosts);
    const top = groupsOf(this.arrangement(), legend.executors, this.parted);
    this.empty.hidden = top.length > 0;
    this.frame.root.hidden = top.length === 0;
    const shape = JSON.stringify(top.map(shapeOf));
    if (shape !== this.built) {
      this.built = shape;
      this.boxes = [];
      this.tree.replaceChildren(...top.map((group) => this.build(group, null, 1)));
    }
    const shown = this.boxes.map((box) => ({ box, total: sums.layers.over(box.group.layers) }));
    const longest = Math.max(...shown.map(({ total }) => total.time), sums.invocations.all.time, 1e-9);
    for (const { box, total } of shown) box.show(total, longest);
    this.frame.show(this.store, longest);
    this.mark();
    this.fit();
    this.root.dataset.summary = this.describe();
  }

  /**
   * Returns the first arrangement, from the widest on, for which there is room; the narrowest if there is none.
   *
   * The narrowest folds levels into each other: where a pile is opened, it is the one before.
   */
  private arrangement(): StackArrangement {
    const width = this.width();
    const most = width === 0 ? Infinity : Math.max(1, Math.floor(width / READABLE_WIDTH));
    const { stack } = this.store.legend;
    const possible = this.parted.size > 0 && stack.length > 1 ? stack.slice(0, -1) : stack;
    return possible.find(({ across }) => across <= most) ?? possible.at(-1) ?? { across: 0, boxes: [] };
  }

  /** How wide the stack may be: hosts stand beside it, or below where that leaves too little. */
  private width(): number {
    const { width } = this.room;
    const isWide = width > WITH_HOSTS && this.store.legend.hosts.length > 0;
    toggle(this.scroll, "tff-wide", isWide);
    return isWide ? width - this.hosts.root.offsetWidth - 8 : width;
  }

  /** Takes one executor out of its pile, or puts it back. */
  private unpile(first: number, isOut: boolean): void {
    if (isOut) this.parted.add(first);
    else this.parted.delete(first);
    this.draw();
    this.boxes.find((box) => box.group.first === first)?.root.scrollIntoView({ block: "nearest", inline: "center" });
  }

  /** Makes the boxes smaller where they do not fit, as long as they can be read. */
  private fit(): void {
    const { width, height } = this.room;
    const fitted = `${this.built.length} ${width} ${height} ${this.width()}`;
    if (fitted === this.fitted || width === 0) return;
    this.fitted = fitted;
    // Where little room is, what the executors do is left for the hover text.
    if (this.scaled(false) < WITH_BRIEFS) this.scaled(true);
    const isBesideHosts = this.width() < width;
    this.scroll.scrollLeft = isBesideHosts ? 0 : (this.scroll.scrollWidth - width) / 2;
  }

  /** Makes the picture as large as it fits, and returns the scale. */
  private scaled(isTight: boolean): number {
    const { root } = this.frame;
    const { height } = this.room;
    const width = this.width();
    toggle(root, "tight", isTight);
    root.style.zoom = "1";
    let scale = 1;
    // Twice, as small text needs a little more room than its share.
    for (let pass = 0; pass < 2; pass++) {
      const [across, down] = [width / root.offsetWidth, height / root.offsetHeight];
      scale = Math.min(1, Math.max(SMALLEST_ACROSS, Math.min(across, Math.max(SMALLEST, down))));
      root.style.zoom = String(scale);
    }
    return scale;
  }

  private build(group: Group, above: Group | null, level: number): HTMLElement {
    const { words, briefs } = this.store.legend;
    const { name } = group.executor;
    const box = new Box(group, level, words[name] ?? "", briefs[name] ?? "", {
      select: (part, event) => this.pick(part, event),
      unpile: (first, isOut) => this.unpile(first, isOut),
    });
    this.boxes.push(box);
    const layer = div("tff-layer", box.root);
    if (group.below.length > 0) {
      const below = div("tff-below", ...group.below.map((child) => this.build(child, group, level + 1)));
      set(below, "role", "group");
      layer.append(below);
    }
    return isBranch(group, above) ? this.branch(group, layer) : layer;
  }

  /** Puts the executors of a placement on its ground. */
  private branch({ executor: { placement }, layers }: Group, content: HTMLElement): HTMLElement {
    const said = say(layers.length > 1 ? "placements" : "placement");
    const title = div("title", say(placement === "clients" ? "CLIENTS" : "SERVER"), span("", said));
    title.title = this.store.legend.words.placement ?? "";
    const ground = div("tff-branch", title, content);
    ground.dataset.placement = placement;
    return div("tff-layer", ground);
  }

  private mark(): void {
    const { selection, search } = this.store;
    const selected = this.boxes.find((box) => box.group.layers.includes(selection.marks.layer));
    for (const box of this.boxes) {
      box.mark(box === selected, !search.finds(box.text), box === (selected ?? this.boxes[0]));
    }
  }

  /** Up and down go through the boxes, each with all that is below it; right opens a pile, left closes it. */
  private move(event: KeyboardEvent): void {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const chosen = this.boxes.find((box) => box.root === event.target);
      if (chosen?.unpile(event.key === "ArrowRight"))
        this.boxes.find((box) => box.group.first === chosen.group.first)?.root.focus();
      return;
    }
    const { selection } = this.store;
    const selected = this.boxes.findIndex((box) => box.group.layers.includes(selection.marks.layer));
    const next = this.boxes[walk(event, selected, this.boxes.length) ?? -1];
    if (next === undefined) return;
    selection.select(next.part);
    next.root.focus();
  }
}

function shapeOf(group: Group): unknown[] {
  return [group.executor.name, detailOf(group), group.layers, group.below.map(shapeOf)];
}

function detailOf({ layers, role }: Group): string {
  const told = sayRole(role);
  return layers.length > 1 ? `${told} × ${count(layers.length)}`.trim() : told;
}

/** What a click on a box does. */
interface Answers {
  select: (part: Part, event: MouseEvent) => void;
  unpile: (first: number, isOut: boolean) => void;
}

class Box {
  readonly root = div("tff-box");
  readonly text: string;
  /** What is selected by a click on it. */
  readonly part: Part;
  private readonly calls = span();
  private readonly time = span("time");
  private readonly badge = span("badge");
  private readonly fill = div("fill");

  constructor(
    readonly group: Group,
    level: number,
    meaning: string,
    brief: string,
    private readonly answers: Answers,
  ) {
    const { executor, layers, first, opened } = group;
    this.part = { kind: "executor", layers };
    const detail = detailOf(group);
    this.text = `${executor.name} ${detail}`.trim();
    const facts = div("facts", span("role", detail), this.calls, this.time, this.badge);
    const name = div("name", executor.name, opened ? this.closer() : "");
    this.root.append(name, div("brief", brief), facts, div("track", this.fill));
    this.root.title = [this.text, meaning, this.canPart ? say("unpile") : ""].join("\n").trim();
    this.root.dataset.row = String(first);
    this.root.dataset.placement = executor.placement;
    toggle(this.root, "many", layers.length > 1);
    set(this.root, "role", "treeitem");
    set(this.root, "aria-level", String(level));
    if (this.canPart || opened) set(this.root, "aria-expanded", String(opened));
    on(this.root, "click", (event) => {
      answers.select(this.part, event);
      this.unpile(true);
    });
  }

  /** Opens the pile that it is, or closes that from which it came; returns whether there is one. */
  unpile(isOut: boolean): boolean {
    const can = isOut ? this.canPart : this.group.opened;
    if (can) this.answers.unpile(this.group.first, isOut);
    return can;
  }

  private get canPart(): boolean {
    return this.group.layers.length > 1;
  }

  private closer(): HTMLElement {
    const closer = span("closer", "×");
    closer.title = say("pile");
    on(closer, "click", (event) => {
      event.stopPropagation();
      this.unpile(false);
    });
    return closer;
  }

  show({ calls, time, running }: Total, longest: number): void {
    write(this.calls, say("n calls", count(calls)));
    write(this.time, duration(time));
    this.fill.style.width = `${(100 * time) / longest}%`;
    write(this.badge, running > 0 ? say("n running", count(running)) : "");
    this.root.dataset.calls = String(calls);
    toggle(this.root, "lit", running > 0);
  }

  mark(isSelected: boolean, isDim: boolean, isFocusable: boolean): void {
    toggle(this.root, "selected", isSelected);
    toggle(this.root, "dim", isDim);
    set(this.root, "aria-selected", String(isSelected));
    this.root.tabIndex = isFocusable ? 0 : -1;
  }
}
