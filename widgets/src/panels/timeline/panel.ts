// Spans over time, in lanes. Zoom and pan with keys, wheel or buttons; drag on the ruler to brush.

import { on } from "../../dom/elements";
import { type Bar, type Grouping, Lanes, layOut } from "../../model/lanes";
import { OPERATIONS, OUTCOMES } from "../../model/schema";
import { nameOf } from "../../model/names";
import type { TraceStore } from "../../model/store";
import { duration } from "../../model/units";
import type { Colours } from "../../theme";
import { CanvasPanel } from "../canvas_panel";
import { Actions } from "./actions";
import { Controls } from "./controls";
import { Gestures } from "./gestures";
import { pressKey } from "./keys";
import { FONT, Painter } from "./painter";
import { Viewport } from "./viewport";
import { say, sayState } from "../../model/words";

// While spans arrive, laying them out may take one part in this many of the time.
const LAYOUT_SHARE = 6;
const MAX_TITLES = 200;

export class TimelinePanel extends CanvasPanel {
  private readonly viewport = new Viewport(() => this.store.progress.extent);
  private readonly actions: Actions;
  private readonly controls: Controls;
  private grouping: Grouping = "thread";
  private lanes = new Lanes();
  private measured = { lanes: this.lanes, width: 0 };
  private laidOut = "";
  private layOutAfter = 0;
  private painted = 0;

  constructor(store: TraceStore) {
    super("timeline", store);
    const lanes = () => this.lanes;
    this.actions = new Actions(store, this.viewport, lanes, () => this.draw());
    this.controls = new Controls(this.actions, (grouping) => this.group(grouping));
    new Gestures(this.canvas, this.viewport, lanes, this.actions, (event, bar) => {
      this.showTip(event, this.tipOf(bar));
      const node = bar === null ? -1 : store.columns.node(bar.span);
      store.hover.show(node < 0 ? [] : [node]);
    });
    on(this.canvas, "pointerleave", () => store.hover.show([]));
    on(this.canvas, "keydown", (event) => pressKey(event, this.actions));
    this.root.append(this.controls.root, this.frame);
  }

  describe(): string {
    const time = this.store.selection.part("time");
    const brushed = time === undefined ? "" : say("brushed", nameOf(time, this.store));
    return say("in lanes", this.lanes.bars.length, this.lanes.titles.length, this.painted) + brushed;
  }

  override draw(): void {
    this.refresh();
    super.draw();
  }

  override showSelected(): void {
    this.refresh();
    this.actions.fit();
  }

  protected paint(context: CanvasRenderingContext2D, colours: Colours): void {
    this.controls.paintLegend(colours, this.store.progress.finished, this.store.legend.words);
    this.viewport.fit(this.width, this.height, this.lanes.titles.length, this.widestTitle(context));
    if (this.lanes.bars.length === 0) this.paintText(context, colours, say("nothing yet"));
    else this.painted = new Painter(context, colours, this.lanes, this.viewport, this.store).paint();
  }

  /** How wide the widest title is, among so many that are looked at. */
  private widestTitle(context: CanvasRenderingContext2D): number {
    if (this.measured.lanes !== this.lanes) {
      context.font = FONT;
      const titles = [...new Set(this.lanes.titles)].slice(0, MAX_TITLES);
      const width = Math.max(0, ...titles.map((title) => context.measureText(title).width));
      this.measured = { lanes: this.lanes, width };
    }
    return this.measured.width;
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

  private group(grouping: Grouping): void {
    this.grouping = grouping;
    this.viewport.scroll = 0;
    this.layOutAfter = 0;
    this.draw();
  }

  private tipOf(bar: Bar | null): string {
    if (bar === null) return "";
    const { columns } = this.store;
    const operation = OPERATIONS[columns.operation(bar.span)] ?? "";
    const times = say("own", duration(bar.end - bar.start), duration(columns.ownTime(bar.span)));
    const outcome = sayState(OUTCOMES[columns.outcome(bar.span)] ?? "");
    return `${operation} · ${this.store.labelOf(bar.span)} · ${times}, ${outcome}`;
  }
}
