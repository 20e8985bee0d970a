// What part of time, and which rows, are seen of a timeline, and where they are on the canvas.

import type { Range } from "../../model/selection";

/** The height of the ruler above the rows, in pixels as all lengths. */
export const AXIS = 24;
const LOWEST_ROW = 16;
const HIGHEST_ROW = 26;
/** The titles of lanes stand before the bars, where there is room; they take at most this share of the width. */
const WIDE_ENOUGH = 480;
const TITLES = 0.34;
const BESIDE_TITLES = 10;
/** Below the rows, what is said of those that are out of sight. */
export const FOOT = 16;
const SMALLEST_VIEW = 1e-4;

export class Viewport {
  width = 0;
  height = 0;
  /** Where the bars begin. */
  left = 0;
  /** The height of a row. */
  row = LOWEST_ROW;
  /** How far the rows are scrolled. */
  scroll = 0;
  private numRows = 0;
  /** The part of time that somebody chose to see; null is all of it. */
  private view: Range | null = null;

  /** `extent` says from when to when the trace goes, as far as it is known. */
  constructor(private readonly extent: () => Range) {}

  /**
   * Takes the room that there is for so many rows; they are as high as they can be, within limits. `titles` says how wide
   * the widest title is.
   */
  fit(width: number, height: number, numRows: number, titles = 0): void {
    [this.width, this.height, this.numRows] = [width, height, numRows];
    this.left = width >= WIDE_ENOUGH ? Math.ceil(Math.min(titles + BESIDE_TITLES, TITLES * width)) : 0;
    const room = (height - AXIS) / Math.max(numRows, 1);
    this.row = Math.floor(Math.min(Math.max(room, LOWEST_ROW), HIGHEST_ROW));
    this.scroll = Math.min(this.scroll, this.mostScroll());
  }

  /** How many rows are out of sight, above and below. */
  get hidden(): [above: number, below: number] {
    const [first, end] = this.rows;
    return [first, this.numRows - end];
  }

  /** The part of time that is seen. */
  get shown(): Range {
    return this.view ?? this.extent();
  }

  /** Whether all of time is seen, however much it becomes. */
  get isWhole(): boolean {
    return this.view === null;
  }

  /** The time of a pixel, in milliseconds. */
  get perPixel(): number {
    const [from, to] = this.shown;
    return (to - from) / Math.max(this.width - this.left, 1);
  }

  x(time: number): number {
    return this.left + (time - this.shown[0]) / this.perPixel;
  }

  timeAt(x: number): number {
    return this.shown[0] + (x - this.left) * this.perPixel;
  }

  /** The upper end of a row. */
  y(row: number): number {
    return AXIS + (row - this.firstRow) * this.row;
  }

  rowAt(y: number): number {
    return Math.floor((y - AXIS) / this.row) + this.firstRow;
  }

  /** The first row that is seen, and the one after the last. */
  get rows(): [number, number] {
    return [this.firstRow, Math.min(this.numRows, this.firstRow + this.seen)];
  }

  /** Shows a part of time, as far as there is one: not too short, and inside the trace. */
  show([from, to]: Range): void {
    const [low, high] = this.extent();
    const length = Math.min(Math.max(to - from, SMALLEST_VIEW), high - low);
    const begin = Math.min(Math.max(from, low), high - length);
    this.view = [begin, begin + length];
  }

  showAll(): void {
    this.view = null;
  }

  /** Shows a part of time that is longer by a factor; what is at a share of the width stays where it is. */
  zoom(factor: number, share = 0.5): void {
    const [from, to] = this.shown;
    const center = from + (to - from) * share;
    this.show([center - (center - from) * factor, center + (to - center) * factor]);
  }

  /** Shows what is later by a share of what is seen. */
  pan(share: number): void {
    const [from, to] = this.shown;
    const by = (to - from) * share;
    this.show([from + by, to + by]);
  }

  /** Moves as little as is needed to see where a bar begins, and its row. */
  reveal({ start, row }: { start: number; row: number }): void {
    const [from, to] = this.shown;
    const length = to - from;
    if (start < from) this.show([start - length / 10, start + (9 * length) / 10]);
    else if (start > to) this.show([start - length / 2, start + length / 2]);
    const top = row * this.row;
    const room = this.seen * this.row;
    if (top < this.scroll) this.scrollTo(top);
    else if (top + this.row > this.scroll + room) this.scrollTo(top + this.row - room);
  }

  /** Scrolls the rows, as far as there are some; returns whether that changed anything. */
  scrollTo(scroll: number): boolean {
    const before = this.scroll;
    this.scroll = Math.max(0, Math.min(scroll, this.mostScroll()));
    return this.scroll !== before;
  }

  private mostScroll(): number {
    return Math.max(0, this.numRows - this.seen) * this.row;
  }

  /** Rows are seen whole: none is cut at the edge. */
  private get firstRow(): number {
    return Math.round(this.scroll / this.row);
  }

  /** How many rows there is room for. */
  private get seen(): number {
    const room = this.height - AXIS;
    const isAll = this.numRows * this.row <= room;
    return isAll ? this.numRows : Math.max(1, Math.floor((room - FOOT) / this.row));
  }
}
