// Paints a timeline on a canvas: the ruler, the bars, the titles of lanes, what is selected and brushed.

import { FAILED } from "../../model/clients";
import { shortName } from "../../model/labels";
import type { Bar, Lanes } from "../../model/lanes";
import { OUTCOME } from "../../model/schema";
import type { Scope } from "../../model/scope";
import type { TraceStore } from "../../model/store";
import { ticks } from "../../model/ticks";
import { duration } from "../../model/units";
import type { Colours } from "../../theme";
import { say } from "../../model/words";
import { AXIS, FOOT, type Viewport } from "./viewport";

export const FONT = "11px system-ui, sans-serif";
const SMALLEST_LABEL = 56;
const SMALLEST_BAR = 0.7;
const PER_LETTER = 5.8;
const FEWEST_LETTERS = 6;
const PER_TICK = 110;

type Store = Pick<TraceStore, "columns" | "selection" | "search" | "sums" | "hover" | "labelOf" | "progress">;

export class Painter {
  private painted = 0;
  private readonly scope: Scope;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly colours: Colours,
    private readonly lanes: Lanes,
    private readonly viewport: Viewport,
    private readonly store: Store,
  ) {
    this.scope = store.sums.scope;
  }

  /** Paints all that is seen; returns how many bars that are. */
  paint(): number {
    const { context, viewport } = this;
    context.font = FONT;
    context.textBaseline = "middle";
    this.paintAxis();
    context.save();
    context.beginPath();
    context.rect(viewport.left, AXIS, viewport.width - viewport.left, viewport.height - AXIS);
    context.clip();
    const [first, end] = viewport.rows;
    for (let row = first; row < end; row++) this.paintRow(row);
    context.globalAlpha = 1;
    this.paintSelected();
    context.restore();
    for (let row = first; row < end; row++) this.paintTitle(row);
    this.paintHidden();
    this.paintBrush();
    return this.painted;
  }

  private paintAxis(): void {
    const { context, colours, viewport } = this;
    const { left, width, height } = viewport;
    context.strokeStyle = colours.line;
    context.fillStyle = colours.raised;
    context.fillRect(left, 0, width - left, AXIS - 5);
    context.fillStyle = colours.soft;
    context.lineWidth = 1;
    const start = this.store.progress.firstStart;
    const [from, to] = viewport.shown;
    for (const tick of ticks(from - start, to - start, Math.max(2, (width - left) / PER_TICK))) {
      const place = Math.round(viewport.x(start + tick)) + 0.5;
      context.beginPath();
      context.moveTo(place, AXIS - 5);
      context.lineTo(place, height);
      context.stroke();
      const text = tick === 0 ? "0" : duration(tick);
      if (place + 3 + context.measureText(text).width < width) context.fillText(text, place + 3, 10);
    }
  }

  private paintRow(row: number): void {
    const { lanes, viewport } = this;
    const y = viewport.y(row);
    const { perPixel, left } = viewport;
    const [from, to] = viewport.shown;
    const [first, last] = lanes.visible(row, from, to);
    for (let k = first; k < last;) {
      const bar = lanes.bars[k];
      if (bar === undefined) return;
      const [begin, end] = [left + (bar.start - from) / perPixel, left + (bar.end - from) / perPixel];
      this.paintBar(bar, begin, Math.max(end, begin + SMALLEST_BAR), y);
      // What would fall on a pixel that is drawn already is not drawn again.
      k = lanes.firstEndingAfter(k + 1, last, bar.end + perPixel * Math.max(0, SMALLEST_BAR - (end - begin)));
    }
  }

  private paintBar(bar: Bar, left: number, right: number, y: number): void {
    const { context } = this;
    context.globalAlpha = this.isDim(bar.span) ? 0.2 : 1;
    context.fillStyle = this.groundOf(bar.span);
    const gap = right - left > 3 ? 0.7 : 0;
    context.fillRect(left, y, right - left - gap, this.viewport.row - 2);
    this.painted += 1;
    if (right - left < SMALLEST_LABEL) return;
    context.fillStyle = this.inkOf(bar.span);
    this.paintLabel(bar, left, right, y);
  }

  private paintLabel(bar: Bar, left: number, right: number, y: number): void {
    const { viewport } = this;
    const start = Math.max(left, viewport.left) + 4;
    const room = Math.floor((Math.min(right, viewport.width) - start) / PER_LETTER);
    if (room < FEWEST_LETTERS) return;
    const text = shortName(this.store.labelOf(bar.span));
    const shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
    this.context.fillText(shown, start, y + viewport.row / 2 - 0.5);
  }

  private groundOf(span: number): string {
    const { colours } = this;
    const { columns } = this.store;
    if (columns.isRunning(span)) return colours.running;
    if (columns.outcome(span) === OUTCOME.error) return colours.clients[FAILED] ?? colours.ink;
    return colours.operations[columns.operation(span)] ?? colours.soft;
  }

  private inkOf(span: number): string {
    const { columns } = this.store;
    if (columns.isRunning(span)) return "#10161c";
    if (columns.outcome(span) === OUTCOME.error) return this.colours.onClients[FAILED] ?? this.colours.ink;
    return this.colours.onOperations[columns.operation(span)] ?? this.colours.ink;
  }

  private isDim(span: number): boolean {
    const { search, hover, columns } = this.store;
    return !search.matches(span) || !this.scope.concerns(span) || hover.dims(span, columns);
  }

  private paintSelected(): void {
    const { context, viewport } = this;
    const { span } = this.store.selection.marks;
    const bar = span >= 0 ? this.lanes.bars.find((candidate) => candidate.span === span) : undefined;
    if (bar === undefined) return;
    const left = viewport.x(bar.start);
    context.strokeStyle = this.colours.ink;
    context.lineWidth = 2;
    context.strokeRect(left, viewport.y(bar.row), Math.max(viewport.x(bar.end) - left, 3), viewport.row - 2);
  }

  private paintTitle(row: number): void {
    const { context, colours, viewport } = this;
    const title = this.lanes.titles[row] ?? "";
    const y = viewport.y(row);
    if (title === "" || y < AXIS - 2) return;
    if (row > 0) this.paintLineAbove(y);
    const middle = y + viewport.row / 2 - 0.5;
    context.fillStyle = colours.soft;
    if (viewport.left > 0) {
      context.fillText(shortened(context, title, viewport.left - 8), 2, middle);
      return;
    }
    const width = context.measureText(title).width + 10;
    context.fillStyle = colours.surface;
    context.globalAlpha = 0.88;
    context.fillRect(viewport.width - width, y, width, viewport.row - 2);
    context.globalAlpha = 1;
    context.fillStyle = colours.soft;
    context.fillText(title, viewport.width - width + 5, middle);
  }

  /** Says below the rows how many are out of sight. */
  private paintHidden(): void {
    const { context, colours, viewport } = this;
    const [above, below] = viewport.hidden;
    if (above + below === 0) return;
    const told = [above > 0 ? `↑ ${say("more rows", above)}` : "", below > 0 ? `↓ ${say("more rows", below)}` : ""];
    context.fillStyle = colours.soft;
    context.fillText(told.filter(Boolean).join("   "), 2, viewport.height - FOOT / 2);
  }

  private paintLineAbove(y: number): void {
    const { context } = this;
    context.strokeStyle = this.colours.soft;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, Math.round(y) - 1.5);
    context.lineTo(this.viewport.width, Math.round(y) - 1.5);
    context.stroke();
  }

  private paintBrush(): void {
    const { context, viewport } = this;
    const { range } = this.store.selection;
    if (range === null) return;
    const place = (time: number) => Math.min(Math.max(viewport.x(time), viewport.left), viewport.width);
    const [from, to] = [place(range[0]), place(range[1])];
    context.fillStyle = this.colours.accent;
    context.globalAlpha = 0.1;
    context.fillRect(from, AXIS, to - from, viewport.height - AXIS);
    context.globalAlpha = 0.8;
    context.fillRect(from, AXIS - 6, to - from, 3);
    context.globalAlpha = 1;
  }
}

/** Returns as much of the end of a text as fits: what tells threads apart stands there. */
function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  let shown = text;
  while (shown.length > 3 && context.measureText(shown).width > width) shown = `…${shown.slice(2)}`;
  return shown;
}
