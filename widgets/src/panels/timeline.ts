// Spans over time, in lanes. Zoom with the wheel or + and -, pan by dragging or with the arrows.

import { scaleLinear } from "d3-scale";
import { type Bar, barAt, type Grouping, type Lanes, layOut, visible } from "../model/lanes";
import { OPERATIONS, OUTCOMES } from "../model/messages";
import type { TraceStore } from "../model/store";
import { duration } from "../model/units";
import type { Colours } from "../theme";
import { CanvasPanel, element } from "./panel";

const AXIS = 22;
const MAX_HEIGHT = 420;
const ROW = 13;
const SMALLEST_VIEW = 1e-4;

export class TimelinePanel extends CanvasPanel {
  private grouping: Grouping = "thread";
  private lanes: Lanes = { titles: [], bars: [], offsets: [0] };
  private laidOut = "";
  private view: [number, number] | null = null;
  private scroll = 0;
  private drag: { x: number; y: number; view: [number, number]; scroll: number; brush: boolean } | null = null;
  private painted = 0;
  private readonly legend = element("div", "tff-controls");

  constructor(store: TraceStore) {
    super("timeline", "Timeline", store);
    this.root.append(this.controls(), this.frame);
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerup", (event) => this.release(event));
    this.canvas.addEventListener("dblclick", () => this.show(null));
    this.canvas.addEventListener("keydown", (event) => this.pressKey(event));
  }

  describe(): string {
    return `${this.lanes.bars.length} spans in ${this.lanes.titles.length} lanes, ${this.painted} drawn`;
  }

  protected heightFor(): number {
    const state = `${this.grouping} ${this.store.count} ${this.store.finished} ${this.store.finished ? "" : this.store.now}`;
    if (state !== this.laidOut) {
      this.lanes = layOut(this.store, this.grouping);
      this.laidOut = state;
    }
    return Math.min(MAX_HEIGHT, Math.max(60, this.lanes.titles.length * ROW + AXIS + 4));
  }

  protected paint(context: CanvasRenderingContext2D, colours: Colours): void {
    this.paintLegend(colours);
    const [from, to] = this.shown();
    const x = scaleLinear([from, to], [0, this.width]);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.paintAxis(context, colours, x);
    context.save();
    context.beginPath();
    context.rect(0, AXIS, this.width, this.height - AXIS);
    context.clip();
    this.painted = 0;
    const firstRow = Math.max(0, Math.floor(this.scroll / ROW));
    const lastRow = Math.min(this.lanes.titles.length, Math.ceil((this.scroll + this.height) / ROW));
    for (let row = firstRow; row < lastRow; row++) this.paintRow(context, colours, row, x);
    for (let row = firstRow; row < lastRow; row++) this.paintTitle(context, colours, row);
    context.restore();
    this.paintBrush(context, colours, x);
    this.root.dataset.summary = this.describe();
  }

  private paintRow(
    context: CanvasRenderingContext2D,
    colours: Colours,
    row: number,
    x: (time: number) => number,
  ): void {
    const { ints, selection, query } = this.store;
    const y = AXIS + row * ROW - this.scroll;
    const [from, to] = this.shown();
    const [first, last] = visible(this.lanes, row, from, to);
    let covered = -1;
    for (let k = first; k < last; k++) {
      const bar = this.lanes.bars[k];
      const left = x(bar.start);
      const right = Math.max(x(bar.end), left + 0.7);
      // What would fall on a pixel that is drawn already is not drawn again.
      if (right <= covered && bar.span !== selection.span) continue;
      covered = right;
      context.globalAlpha = query !== "" && !this.store.matches(bar.span) ? 0.15 : 1;
      if (selection.client >= 0 && selection.span < 0 && ints.client[bar.span] !== selection.client)
        context.globalAlpha = 0.25;
      if (selection.layer >= 0 && selection.span < 0 && ints.layer[bar.span] !== selection.layer)
        context.globalAlpha = 0.25;
      if (selection.node >= 0 && selection.span < 0 && ints.node[bar.span] !== selection.node)
        context.globalAlpha = 0.25;
      const outcome = ints.outcome[bar.span];
      context.fillStyle =
        outcome === 1
          ? colours.clients[4]
          : outcome === 3
            ? colours.running
            : colours.operations[ints.operation[bar.span]];
      context.fillRect(left, y, right - left - (right - left > 3 ? 0.6 : 0), ROW - 2);
      this.painted += 1;
      if (right - left > 70) this.paintLabel(context, bar, left, right, y);
      if (bar.span === selection.span) {
        context.globalAlpha = 1;
        context.strokeStyle = colours.ink;
        context.lineWidth = 2;
        context.strokeRect(left, y, Math.max(right - left, 2), ROW - 2);
      }
    }
    context.globalAlpha = 1;
  }

  private paintLabel(context: CanvasRenderingContext2D, bar: Bar, left: number, right: number, y: number): void {
    const text = this.store.label(bar.span).replaceAll("Executor", "");
    const start = Math.max(left, 0) + 4;
    const room = Math.floor((Math.min(right, this.width) - start) / 6);
    if (room < 6) return;
    context.fillStyle = "#101820";
    context.fillText(text.length > room ? `${text.slice(0, room - 1)}…` : text, start, y + ROW / 2);
  }

  private paintTitle(context: CanvasRenderingContext2D, colours: Colours, row: number): void {
    const title = this.lanes.titles[row];
    if (title === "") return;
    const y = AXIS + row * ROW - this.scroll;
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, y - 1.5);
    context.lineTo(this.width, y - 1.5);
    context.stroke();
    const width = context.measureText(title).width + 8;
    context.fillStyle = colours.surface;
    context.globalAlpha = 0.85;
    context.fillRect(this.width - width - 2, y, width + 2, ROW - 2);
    context.globalAlpha = 1;
    context.fillStyle = colours.soft;
    context.fillText(title, this.width - width + 2, y + ROW / 2);
  }

  private paintAxis(
    context: CanvasRenderingContext2D,
    colours: Colours,
    x: ReturnType<typeof scaleLinear<number, number>>,
  ): void {
    context.fillStyle = colours.soft;
    context.strokeStyle = colours.line;
    for (const tick of x.ticks(Math.max(2, Math.floor(this.width / 110)))) {
      const place = Math.round(x(tick)) + 0.5;
      context.beginPath();
      context.moveTo(place, AXIS - 5);
      context.lineTo(place, this.height);
      context.stroke();
      context.fillText(duration(tick), place + 3, 9);
    }
  }

  private paintBrush(context: CanvasRenderingContext2D, colours: Colours, x: (time: number) => number): void {
    if (this.store.range === null) return;
    const [from, to] = this.store.range.map(x);
    context.fillStyle = colours.accent;
    context.globalAlpha = 0.15;
    context.fillRect(from, AXIS, to - from, this.height - AXIS);
    context.globalAlpha = 1;
  }

  private paintLegend(colours: Colours): void {
    const entries: [string, string][] = OPERATIONS.map((name, k) => [name, colours.operations[k]]);
    if (!this.store.finished) entries.push(["running", colours.running]);
    this.legend.replaceChildren(
      ...entries.map(([name, colour]) => {
        const entry = element("span", "tff-key", name);
        const square = document.createElement("i");
        square.style.background = colour;
        entry.prepend(square);
        return entry;
      }),
    );
  }

  private controls(): HTMLElement {
    const line = element("div", "tff-controls");
    const label = element("label", "", "lanes ");
    const select = document.createElement("select");
    for (const [value, text] of [
      ["thread", "threads"],
      ["executor", "executors"],
      ["client", "clients"],
    ]) {
      select.append(new Option(text, value));
    }
    select.addEventListener("change", () => {
      this.grouping = select.value as Grouping;
      this.scroll = 0;
      this.draw();
    });
    label.append(select);
    const all = element("button", "", "whole trace");
    all.addEventListener("click", () => this.show(null));
    line.append(label, all, this.legend);
    return line;
  }

  private shown(): [number, number] {
    return this.view ?? this.store.extent;
  }

  private show(view: [number, number] | null): void {
    const [low, high] = this.store.extent;
    if (view !== null) {
      const length = Math.min(Math.max(view[1] - view[0], SMALLEST_VIEW), high - low);
      const from = Math.min(Math.max(view[0], low), high - length);
      this.view = [from, from + length];
    } else {
      this.view = null;
      this.store.brush(null);
    }
    this.draw();
  }

  private zoom(factor: number, share = 0.5): void {
    const [from, to] = this.shown();
    const center = from + (to - from) * share;
    this.show([center - (center - from) * factor, center + (to - center) * factor]);
  }

  private wheel(event: WheelEvent): void {
    // A plain wheel scrolls the page; zooming takes a key, as on maps.
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    const share = (event.clientX - this.canvas.getBoundingClientRect().left) / this.width;
    this.zoom(Math.exp((event.deltaY || event.deltaX) * 0.002), share);
  }

  private press(event: PointerEvent): void {
    this.drag = { x: event.clientX, y: event.clientY, view: this.shown(), scroll: this.scroll, brush: event.shiftKey };
    this.canvas.setPointerCapture(event.pointerId);
  }

  private hover(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    if (this.drag === null) {
      this.showTip(event, this.tipOf(this.barUnder(event.clientX - box.left, event.clientY - box.top)));
      return;
    }
    this.tip.hidden = true;
    const [from, to] = this.drag.view;
    const perPixel = (to - from) / this.width;
    if (this.drag.brush) {
      const ends = [this.drag.x, event.clientX].map((x) => from + (x - box.left) * perPixel).sort((a, b) => a - b);
      this.store.brush([ends[0], ends[1]]);
      return;
    }
    const moved = (this.drag.x - event.clientX) * perPixel;
    this.scroll = Math.max(
      0,
      Math.min(this.drag.scroll + this.drag.y - event.clientY, this.lanes.titles.length * ROW - this.height + AXIS),
    );
    if (this.view !== null) this.show([from + moved, to + moved]);
    else this.draw();
  }

  private release(event: PointerEvent): void {
    const drag = this.drag;
    this.drag = null;
    if (drag === null || drag.brush || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4) return;
    const box = this.canvas.getBoundingClientRect();
    const bar = this.barUnder(event.clientX - box.left, event.clientY - box.top);
    this.store.select(bar ? { span: bar.span } : {});
  }

  private barUnder(x: number, y: number): Bar | null {
    const [from, to] = this.shown();
    const perPixel = (to - from) / this.width;
    return barAt(this.lanes, Math.floor((y - AXIS + this.scroll) / ROW), from + x * perPixel, 2 * perPixel);
  }

  private tipOf(bar: Bar | null): string {
    if (bar === null) return "";
    const { ints, floats } = this.store;
    const own = floats.self[bar.span] + floats.work[bar.span];
    return `${OPERATIONS[ints.operation[bar.span]]} · ${this.store.label(bar.span)} · ${duration(bar.end - bar.start)}, own ${duration(own)}, ${OUTCOMES[ints.outcome[bar.span]]}`;
  }

  private pressKey(event: KeyboardEvent): void {
    const [from, to] = this.shown();
    const step = (to - from) / 8;
    const actions: Record<string, () => void> = {
      "+": () => this.zoom(0.6),
      "=": () => this.zoom(0.6),
      "-": () => this.zoom(1 / 0.6),
      "0": () => this.show(null),
      a: () => this.show([from - step, to - step]),
      d: () => this.show([from + step, to + step]),
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      ArrowDown: () => this.child(),
      ArrowUp: () => this.parent(),
    };
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    action();
  }

  /** Selects the span beside the selected one, in the same row. */
  private step(by: number): void {
    const { bars } = this.lanes;
    if (bars.length === 0) return;
    const index = bars.findIndex((bar) => bar.span === this.store.selection.span);
    const next = bars[index < 0 ? 0 : Math.min(Math.max(index + by, 0), bars.length - 1)];
    this.store.select({ span: next.span });
  }

  private parent(): void {
    const span = this.store.selection.span;
    if (span >= 0 && this.store.ints.parent[span] >= 0) this.store.select({ span: this.store.ints.parent[span] });
  }

  private child(): void {
    const { ints, count, selection } = this.store;
    for (let span = selection.span + 1; span < count; span++) {
      if (ints.parent[span] === selection.span) {
        this.store.select({ span });
        return;
      }
    }
  }
}
