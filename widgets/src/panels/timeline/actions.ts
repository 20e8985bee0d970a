// What can be done with a timeline, by keys, buttons and the pointer.

import type { Lanes } from "../../model/lanes";
import type { Range } from "../../model/selection";
import type { TraceStore } from "../../model/store";
import type { Viewport } from "./viewport";

const ZOOM = 0.6;

type Store = Pick<TraceStore, "columns" | "selection">;

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

  /** Zooms around a place, given as a share of the width. */
  zoom(factor: number, share?: number): void {
    this.viewport.zoom(factor, share);
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
    if (next !== undefined) this.select(next.span);
  }

  selectParent(): void {
    const { columns, selection } = this.store;
    const parent = columns.parent(selection.marks.span);
    if (parent >= 0) this.select(parent);
  }

  selectChild(): void {
    const { columns, selection } = this.store;
    const child = columns.firstChild(selection.marks.span);
    if (child >= 0) this.select(child);
  }
}
