// The pointer on a timeline: drag to pan, on the ruler to brush; click to select; wheel to scroll or to zoom.

import { on } from "../../dom/elements";
import type { Bar, Lanes } from "../../model/lanes";
import type { Range } from "../../model/selection";
import type { Actions } from "./actions";
import { AXIS, type Viewport } from "./viewport";

/** A bar is hit by a pointer that is so many pixels beside it. */
const TOLERANCE = 2;
/** Who moves the pointer less than this did not mean to drag. */
const STILL = 4;
const WHEEL_ZOOM = 0.002;

/** Where a drag began, and what was seen then. */
interface Drag {
  x: number;
  y: number;
  shown: Range;
  perPixel: number;
  scroll: number;
  isBrush: boolean;
}

export class Gestures {
  private drag: Drag | null = null;

  /** `hover` is told what is under the pointer, null while it is dragged. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly viewport: Viewport,
    private readonly lanes: () => Lanes,
    private readonly actions: Actions,
    private readonly hover: (event: PointerEvent, bar: Bar | null) => void,
  ) {
    on(canvas, "wheel", (event) => this.wheel(event), { passive: false });
    on(canvas, "pointerdown", (event) => this.press(event));
    on(canvas, "pointermove", (event) => this.move(event));
    on(canvas, "pointerup", (event) => this.release(event));
    on(canvas, "dblclick", () => actions.showAll());
  }

  private wheel(event: WheelEvent): void {
    // A plain wheel scrolls lanes that are hidden, or else the page; zooming takes a key, as on maps.
    if (!event.ctrlKey && !event.metaKey) {
      if (this.actions.scrollTo(this.viewport.scroll + event.deltaY)) event.preventDefault();
      return;
    }
    event.preventDefault();
    const { width, left } = this.viewport;
    const share = (this.place(event)[0] - left) / Math.max(width - left, 1);
    this.actions.zoom(Math.exp((event.deltaY || event.deltaX) * WHEEL_ZOOM), share);
  }

  private press(event: PointerEvent): void {
    const { shown, perPixel, scroll } = this.viewport;
    const [x, y] = this.place(event);
    this.drag = { x, y, shown, perPixel, scroll, isBrush: event.shiftKey || y < AXIS };
    this.canvas.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const { drag } = this;
    const [x, y] = this.place(event);
    this.hover(event, drag === null ? this.barAt(x, y) : null);
    if (drag === null) return;
    if (drag.isBrush) this.brush(drag, x);
    else this.pan(drag, x, y);
  }

  private brush({ x: begun, shown, perPixel }: Drag, x: number): void {
    const moment = (place: number) => shown[0] + (place - this.viewport.left) * perPixel;
    const [one, other] = [moment(begun), moment(x)];
    this.actions.brush([Math.min(one, other), Math.max(one, other)]);
  }

  private pan(drag: Drag, x: number, y: number): void {
    const moved = (drag.x - x) * drag.perPixel;
    this.actions.moveTo(drag.scroll + drag.y - y, [drag.shown[0] + moved, drag.shown[1] + moved]);
  }

  private release(event: PointerEvent): void {
    const { drag } = this;
    this.drag = null;
    if (drag === null) return;
    const [x, y] = this.place(event);
    if (drag.isBrush) {
      if (x === drag.x) this.actions.brush(null);
    } else if (Math.hypot(x - drag.x, y - drag.y) <= STILL) this.actions.select(this.barAt(x, y)?.span);
  }

  private barAt(x: number, y: number): Bar | null {
    const { viewport } = this;
    if (y < AXIS || x < viewport.left) return null;
    return this.lanes().at(viewport.rowAt(y), viewport.timeAt(x), TOLERANCE * viewport.perPixel);
  }

  private place(event: MouseEvent): [x: number, y: number] {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}
