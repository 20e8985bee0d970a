// What can be done with a timeline, by keys, buttons and the pointer.

import type { Bar, Lanes } from "../../model/lanes";
import type { Range } from "../../model/selection";
import type { TraceStore } from "../../model/store";
import type { Viewport } from "./viewport";

const ZOOM = 0.6;
/** What is left free on either side of what is fitted, as a share of it. */
const MARGIN = 0.05;

type Store = Pick<TraceStore, "columns" | "selection" | "sums">;

export class Actions {
  /** `draw` is called when another part of time is seen; what is selected and brushed, all panels are told. */
  constructor(
    private readonly store: Store,
    private readonly viewport: Viewport,
    private readonly lanes: () => Lanes,
    private readonly draw: () => void,
  ) {}

  zoomIn(): void {
    this.zoom(ZOOM);
  }

  zoomOut(): void {
    this.zoom(1 / ZOOM);
  }

  /** Zooms around a place, given as a share of the width; by default around what is selected. */
  zoom(factor: number, share = this.shareOfSelected()): void {
    this.viewport.zoom(factor, share);
    this.draw();
  }

  /** Shows all of what is selected, and the first row of it. */
  fit(): void {
    const { scope } = this.store.sums;
    const bars = this.lanes().bars.filter(({ span }) => (scope.span >= 0 ? span === scope.span : scope.concerns(span)));
    const [first] = bars;
    if (first === undefined || scope.isAll) return;
    const from = bars.reduce((least, bar) => Math.min(least, bar.start), first.start);
    const to = bars.reduce((most, bar) => Math.max(most, bar.end), first.end);
    const margin = (to - from) * MARGIN;
    this.viewport.show(scope.time ?? [from - margin, to + margin]);
    this.viewport.scrollTo(first.row * this.viewport.row);
    this.draw();
  }

  pan(share: number): void {
    this.viewport.pan(share);
    this.draw();
  }

  /** Shows other rows and, where only a part of time is seen, another part. */
  moveTo(scroll: number, range: Range): void {
    this.viewport.scrollTo(scroll);
    if (!this.viewport.isWhole) this.viewport.show(range);
    this.draw();
  }

  /** Shows the whole trace, and ends the brush. */
  showAll(): void {
    this.viewport.showAll();
    this.store.selection.brush(null);
    this.draw();
  }

  /** Scrolls the rows; returns whether there was anything to scroll. */
  scrollTo(scroll: number): boolean {
    const isMoved = this.viewport.scrollTo(scroll);
    if (isMoved) this.draw();
    return isMoved;
  }

  brush(range: Range | null): void {
    this.store.selection.brush(range);
  }

  brushShown(): void {
    this.brush(this.viewport.shown);
  }

  select(span: number | undefined): void {
    this.store.selection.select(...(span === undefined ? [] : [{ kind: "span", span } as const]));
  }

  /** Selects the span beside the selected one: the one that is drawn after it, or so many further. */
  selectBeside(by: number): void {
    const { bars } = this.lanes();
    const index = bars.findIndex((bar) => bar.span === this.store.selection.marks.span);
    const next = bars[index < 0 ? 0 : Math.min(Math.max(index + by, 0), bars.length - 1)];
    if (next !== undefined) this.walkTo(next.span);
  }

  selectParent(): void {
    const { columns, selection } = this.store;
    const parent = columns.parent(selection.marks.span);
    if (parent >= 0) this.walkTo(parent);
  }

  selectChild(): void {
    const { columns, selection } = this.store;
    const child = columns.firstChild(selection.marks.span);
    if (child >= 0) this.walkTo(child);
  }

  /** Selects a span, which comes into sight if it is not. */
  private walkTo(span: number): void {
    const bar = this.barOf(span);
    if (bar !== undefined) this.viewport.reveal(bar);
    this.select(span);
  }

  /** Where the middle of the selected span is, if it is in sight. */
  private shareOfSelected(): number {
    const bar = this.barOf(this.store.selection.marks.span);
    if (bar === undefined) return 0.5;
    const [from, to] = this.viewport.shown;
    const share = ((bar.start + bar.end) / 2 - from) / (to - from);
    return Math.min(Math.max(share, 0), 1);
  }

  private barOf(span: number): Bar | undefined {
    return span < 0 ? undefined : this.lanes().bars.find((bar) => bar.span === span);
  }
}
