// Spans over time, in lanes. Zoom and pan with keys, wheel or buttons; drag on the ruler to brush.

import { type Bar, type Grouping, Lanes, layOut } from "../../model/lanes";
import { FAILED } from "../../model/clients";
import { OPERATIONS, OUTCOME, OUTCOMES } from "../../model/messages";
import type { TraceStore } from "../../model/store";
import { ticks } from "../../model/ticks";
import { duration } from "../../model/units";
import type { Colours } from "../../theme";
import { button, element, fill, keyEntry } from "../../dom/elements";
import { CanvasPanel } from "../canvas_panel";

const AXIS = 24;
const LOWEST_ROW = 16;
const HIGHEST_ROW = 26;
const TITLES = 124;
const WIDE_ENOUGH = 560;
const SMALLEST_VIEW = 1e-4;
const SMALLEST_LABEL = 56;
// While spans arrive, laying them out may take one part in this many of the time.
const LAYOUT_SHARE = 6;
const ZOOM = 0.6;

interface Drag {
  x: number;
  y: number;
  view: [number, number];
  scroll: number;
  brush: boolean;
}

type Scale = (time: number) => number;

export class TimelinePanel extends CanvasPanel {
  private grouping: Grouping = "thread";
  private lanes = new Lanes();
  private laidOut = "";
  private layOutAfter = 0;
  private view: [number, number] | null = null;
  private scroll = 0;
  private drag: Drag | null = null;
  private painted = 0;
  private row = LOWEST_ROW;
  /** Where the bars begin; the titles of lanes stand before, where there is room. */
  private left = 0;
  private readonly legend = element("span", "tff-keys");

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
    const { range } = this.store.selection;
    const brushed = range === null ? "" : `, brushed from ${duration(range[0])} to ${duration(range[1])}`;
    return `${this.lanes.bars.length} spans in ${this.lanes.titles.length} lanes, ${this.painted} drawn${brushed}`;
  }

  override draw(): void {
    this.refresh();
    super.draw();
  }

  /** Lays the spans out anew if there are others; while they arrive, not all the time. */
  private refresh(): void {
    const { columns, progress } = this.store;
    const { finished, now } = progress;
    const state = `${this.grouping} ${columns.count} ${finished ? "" : now}`;
    const started = performance.now();
    if (state === this.laidOut || (!finished && started < this.layOutAfter)) return;
    this.lanes = layOut(this.store, this.grouping);
    this.laidOut = state;
    this.layOutAfter = performance.now() + LAYOUT_SHARE * (performance.now() - started);
  }

  protected paint(context: CanvasRenderingContext2D, colours: Colours): void {
    this.paintLegend(colours);
    if (this.lanes.bars.length === 0) {
      this.paintText(context, colours, "Nothing has happened yet.");
      return;
    }
    this.left = this.width >= WIDE_ENOUGH ? TITLES : 0;
    const room = (this.height - AXIS) / this.lanes.titles.length;
    this.row = Math.floor(Math.min(Math.max(room, LOWEST_ROW), HIGHEST_ROW));
    this.scroll = Math.min(this.scroll, this.mostScroll());
    const [from] = this.shown();
    const perPixel = this.perPixel();
    const x = (time: number) => this.left + (time - from) / perPixel;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.paintAxis(context, colours, x);
    context.save();
    context.beginPath();
    context.rect(this.left, AXIS, this.width - this.left, this.height - AXIS);
    context.clip();
    this.painted = 0;
    const firstRow = Math.max(0, Math.floor(this.scroll / this.row));
    const lastRow = Math.min(this.lanes.titles.length, Math.ceil((this.scroll + this.height) / this.row));
    for (let row = firstRow; row < lastRow; row++) this.paintRow(context, colours, row, x, perPixel);
    context.globalAlpha = 1;
    this.paintSelected(context, colours, x);
    context.restore();
    for (let row = firstRow; row < lastRow; row++) this.paintTitle(context, colours, row);
    this.paintBrush(context, colours, x);
  }

  private paintRow(context: CanvasRenderingContext2D, colours: Colours, row: number, x: Scale, perPixel: number): void {
    const { bars } = this.lanes;
    const y = AXIS + row * this.row - this.scroll;
    const [first, last] = this.lanes.visible(row, ...this.shown());
    for (let k = first; k < last;) {
      const bar = bars[k];
      if (bar === undefined) return;
      const left = x(bar.start);
      const right = Math.max(x(bar.end), left + 0.7);
      this.paintBar(context, colours, bar, left, right, y);
      // What would fall on a pixel that is drawn already is not drawn again.
      k = this.lanes.firstEndingAfter(k + 1, last, bar.end + perPixel * Math.max(0, 0.7 - (x(bar.end) - left)));
    }
  }

  private paintBar(
    context: CanvasRenderingContext2D,
    colours: Colours,
    bar: Bar,
    left: number,
    right: number,
    y: number,
  ): void {
    context.globalAlpha = this.isDim(bar.span) ? 0.2 : 1;
    context.fillStyle = this.groundOf(bar.span, colours);
    context.fillRect(left, y, right - left - (right - left > 3 ? 0.7 : 0), this.row - 2);
    this.painted += 1;
    if (right - left < SMALLEST_LABEL) return;
    context.fillStyle = this.inkOf(bar.span, colours);
    this.paintLabel(context, bar, left, right, y);
  }

  private paintLabel(context: CanvasRenderingContext2D, bar: Bar, left: number, right: number, y: number): void {
    const start = Math.max(left, this.left) + 4;
    const room = Math.floor((Math.min(right, this.width) - start) / 5.8);
    if (room < 6) return;
    const text = this.store.labelOf(bar.span).replaceAll("Executor", "");
    context.fillText(text.length > room ? `${text.slice(0, room - 1)}…` : text, start, y + this.row / 2 - 0.5);
  }

  private paintSelected(context: CanvasRenderingContext2D, colours: Colours, x: Scale): void {
    const { span } = this.store.selection.chosen;
    const bar = span >= 0 ? this.lanes.bars.find((candidate) => candidate.span === span) : undefined;
    if (bar === undefined) return;
    const left = x(bar.start);
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.strokeRect(left, AXIS + bar.row * this.row - this.scroll, Math.max(x(bar.end) - left, 3), this.row - 2);
  }

  private groundOf(span: number, colours: Colours): string {
    const { columns } = this.store;
    if (columns.isRunning(span)) return colours.running;
    if (columns.outcome(span) === OUTCOME.error) return colours.clients[FAILED] ?? colours.ink;
    return colours.operations[columns.operation(span)] ?? colours.soft;
  }

  private inkOf(span: number, colours: Colours): string {
    const { columns } = this.store;
    if (columns.isRunning(span) || columns.outcome(span) === OUTCOME.error) return "#10161c";
    return colours.onOperations[columns.operation(span)] ?? colours.ink;
  }

  private isDim(span: number): boolean {
    return !this.store.search.matches(span) || !this.store.selection.concerns(span);
  }

  private paintTitle(context: CanvasRenderingContext2D, colours: Colours, row: number): void {
    const title = this.lanes.titles[row] ?? "";
    const y = AXIS + row * this.row - this.scroll;
    if (title === "" || y < AXIS - 2) return;
    if (row > 0) {
      context.strokeStyle = colours.soft;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(0, Math.round(y) - 1.5);
      context.lineTo(this.width, Math.round(y) - 1.5);
      context.stroke();
    }
    context.fillStyle = colours.soft;
    if (this.left > 0) {
      context.fillText(shortened(context, title, this.left - 8), 2, y + this.row / 2 - 0.5);
      return;
    }
    const width = context.measureText(title).width + 10;
    context.fillStyle = colours.surface;
    context.globalAlpha = 0.88;
    context.fillRect(this.width - width, y, width, this.row - 2);
    context.globalAlpha = 1;
    context.fillStyle = colours.soft;
    context.fillText(title, this.width - width + 5, y + this.row / 2 - 0.5);
  }

  private paintAxis(context: CanvasRenderingContext2D, colours: Colours, x: Scale): void {
    context.strokeStyle = colours.line;
    context.fillStyle = colours.raised;
    context.fillRect(this.left, 0, this.width - this.left, AXIS - 5);
    context.fillStyle = colours.soft;
    context.lineWidth = 1;
    for (const tick of ticks(...this.shown(), Math.max(2, (this.width - this.left) / 110))) {
      const place = Math.round(x(tick)) + 0.5;
      context.beginPath();
      context.moveTo(place, AXIS - 5);
      context.lineTo(place, this.height);
      context.stroke();
      const text = tick === 0 ? "0" : duration(tick);
      if (place + 3 + context.measureText(text).width < this.width) context.fillText(text, place + 3, 10);
    }
  }

  private paintBrush(context: CanvasRenderingContext2D, colours: Colours, x: Scale): void {
    const { range } = this.store.selection;
    if (range === null) return;
    const place = (time: number) => Math.min(Math.max(x(time), this.left), this.width);
    const [from, to] = [place(range[0]), place(range[1])];
    context.fillStyle = colours.accent;
    context.globalAlpha = 0.1;
    context.fillRect(from, AXIS, to - from, this.height - AXIS);
    context.globalAlpha = 0.8;
    context.fillRect(from, AXIS - 6, to - from, 3);
    context.globalAlpha = 1;
  }

  private paintLegend(colours: Colours): void {
    const { finished } = this.store.progress;
    const entries = OPERATIONS.map((name, k) => keyEntry(name, colours.operations[k] ?? ""));
    fill(this.legend, finished ? entries : [...entries, keyEntry("running", colours.running)]);
  }

  private controls(): HTMLElement {
    const line = element("div", "tff-controls");
    const label = element("label", "", "lanes ");
    const select = document.createElement("select");
    select.append(
      new Option("threads", "thread"),
      new Option("executors", "executor"),
      new Option("clients", "client"),
    );
    select.addEventListener("change", () => {
      this.grouping = select.value as Grouping;
      this.scroll = 0;
      this.layOutAfter = 0;
      this.draw();
    });
    label.append(select);
    const buttons = element("span", "tff-buttons");
    buttons.append(
      button("−", "Zoom out (key -, or ctrl and wheel)", () => this.zoom(1 / ZOOM)),
      button("+", "Zoom in (key +, or ctrl and wheel)", () => this.zoom(ZOOM)),
      button("all", "Show the whole trace, end the brush (key 0, or double click)", () => this.show(null)),
      button("brush", "Brush what is shown: all panels tell of that time only (key b, or drag on the ruler)", () =>
        this.store.selection.brush(this.shown()),
      ),
    );
    line.append(label, buttons, this.legend);
    return line;
  }

  private perPixel(): number {
    const [from, to] = this.shown();
    return (to - from) / Math.max(this.width - this.left, 1);
  }

  private shown(): [number, number] {
    return this.view ?? this.store.progress.extent;
  }

  private show(view: [number, number] | null): void {
    const [low, high] = this.store.progress.extent;
    if (view !== null) {
      const length = Math.min(Math.max(view[1] - view[0], SMALLEST_VIEW), high - low);
      const from = Math.min(Math.max(view[0], low), high - length);
      this.view = [from, from + length];
    } else {
      this.view = null;
      this.store.selection.brush(null);
    }
    this.draw();
  }

  private mostScroll(): number {
    return Math.max(0, this.lanes.titles.length * this.row - this.height + AXIS);
  }

  private zoom(factor: number, share = 0.5): void {
    const [from, to] = this.shown();
    const center = from + (to - from) * share;
    this.show([center - (center - from) * factor, center + (to - center) * factor]);
  }

  private wheel(event: WheelEvent): void {
    // A plain wheel scrolls lanes that are hidden, or else the page; zooming takes a key, as on maps.
    if (!event.ctrlKey && !event.metaKey) {
      const scroll = Math.max(0, Math.min(this.scroll + event.deltaY, this.mostScroll()));
      if (scroll === this.scroll) return;
      event.preventDefault();
      this.scroll = scroll;
      this.draw();
      return;
    }
    event.preventDefault();
    const place = event.clientX - this.canvas.getBoundingClientRect().left - this.left;
    const share = place / Math.max(this.width - this.left, 1);
    this.zoom(Math.exp((event.deltaY || event.deltaX) * 0.002), share);
  }

  private press(event: PointerEvent): void {
    const isOnRuler = event.clientY - this.canvas.getBoundingClientRect().top < AXIS;
    const brush = event.shiftKey || isOnRuler;
    this.drag = { x: event.clientX, y: event.clientY, view: this.shown(), scroll: this.scroll, brush };
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
    const perPixel = (to - from) / Math.max(this.width - this.left, 1);
    if (this.drag.brush) {
      const moment = (x: number) => from + (x - box.left - this.left) * perPixel;
      const [one, other] = [moment(this.drag.x), moment(event.clientX)];
      this.store.selection.brush([Math.min(one, other), Math.max(one, other)]);
      return;
    }
    const moved = (this.drag.x - event.clientX) * perPixel;
    this.scroll = Math.max(0, Math.min(this.drag.scroll + this.drag.y - event.clientY, this.mostScroll()));
    if (this.view !== null) this.show([from + moved, to + moved]);
    else this.draw();
  }

  private release(event: PointerEvent): void {
    const drag = this.drag;
    this.drag = null;
    if (drag?.brush && event.clientX === drag.x) this.store.selection.brush(null);
    if (drag === null || drag.brush || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4) return;
    const box = this.canvas.getBoundingClientRect();
    const bar = this.barUnder(event.clientX - box.left, event.clientY - box.top);
    this.store.selection.select(bar ? { span: bar.span } : {});
  }

  private barUnder(x: number, y: number): Bar | null {
    if (y < AXIS || x < this.left) return null;
    const perPixel = this.perPixel();
    const time = this.shown()[0] + (x - this.left) * perPixel;
    return this.lanes.at(Math.floor((y - AXIS + this.scroll) / this.row), time, 2 * perPixel);
  }

  private tipOf(bar: Bar | null): string {
    if (bar === null) return "";
    const { columns } = this.store;
    const operation = OPERATIONS[columns.operation(bar.span)] ?? "";
    const times = `${duration(bar.end - bar.start)}, own ${duration(columns.ownTime(bar.span))}`;
    const outcome = OUTCOMES[columns.outcome(bar.span)] ?? "";
    return `${operation} · ${this.store.labelOf(bar.span)} · ${times}, ${outcome}`;
  }

  private pressKey(event: KeyboardEvent): void {
    const [from, to] = this.shown();
    const step = (to - from) / 8;
    const actions: Record<string, () => void> = {
      "+": () => this.zoom(ZOOM),
      "=": () => this.zoom(ZOOM),
      "-": () => this.zoom(1 / ZOOM),
      b: () => this.store.selection.brush([from, to]),
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
    const index = bars.findIndex((bar) => bar.span === this.store.selection.chosen.span);
    const next = bars[index < 0 ? 0 : Math.min(Math.max(index + by, 0), bars.length - 1)];
    if (next !== undefined) this.store.selection.select({ span: next.span });
  }

  private parent(): void {
    const { columns, selection } = this.store;
    const parent = columns.parent(selection.chosen.span);
    if (parent >= 0) selection.select({ span: parent });
  }

  private child(): void {
    const { columns, selection } = this.store;
    const child = columns.firstChild(selection.chosen.span);
    if (child >= 0) selection.select({ span: child });
  }
}

/** Returns as much of the end of a text as fits: what tells threads apart stands there. */
function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  let shown = text;
  while (shown.length > 3 && context.measureText(shown).width > width) shown = `…${shown.slice(2)}`;
  return shown;
}
