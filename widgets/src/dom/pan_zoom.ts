// Moving and enlarging a picture: drag or two fingers, the wheel with ctrl, and whatever a program wants to show.

/** Where a picture is seen: its point p is at p * scale + (x, y), in pixels from the corner of its frame. */
export interface Placing {
  x: number;
  y: number;
  scale: number;
}

export interface PanZoomOptions {
  /** The smallest and the largest scale. */
  limits: readonly [number, number];
  /** Is told every change, and whether somebody made it by hand. */
  moved: (placing: Placing, isByHand: boolean) => void;
  /** What a double click on the ground means. */
  doubleClicked?: () => void;
}

/** What fingers hold: the middle between them, and how far apart they are; 0 for one. */
interface Grip {
  x: number;
  y: number;
  spread: number;
}

type Point = readonly [x: number, y: number];

/** Who moves the pointer less than this clicks, and does not drag. */
const STILL = 4;
/** Scales per pixel, per line and per page of a wheel, as powers of two. */
const PER_WHEEL_STEP = [0.002, 0.05, 1];
/** A pinch on a touchpad comes as small turns with ctrl. */
const PINCH = 10;
/** How much one turn of a wheel changes at most, as a power of two. */
const MOST_PER_TURN = 1;

/** Nothing glides: a picture is at once where it goes, and stays where it is let go. */
export class PanZoom {
  private current: Placing = { x: 0, y: 0, scale: 1 };
  private readonly pointers = new Map<number, Point>();
  private pressedAt: Point = [0, 0];
  private isDragged = false;

  constructor(
    private readonly frame: SVGSVGElement | HTMLElement,
    private readonly options: PanZoomOptions,
  ) {
    const listen = frame.addEventListener.bind(frame) as HTMLElement["addEventListener"];
    listen("pointerdown", (event) => this.press(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.release(event));
    listen("pointercancel", (event) => this.release(event));
    listen("wheel", (event) => this.wheel(event), { passive: false });
    listen("dblclick", (event) => {
      if (event.target === frame) options.doubleClicked?.();
    });
    // A drag that ends on a box does not choose the box.
    listen("click", (event) => this.isDragged && event.stopPropagation(), { capture: true });
  }

  /** Where the picture is. */
  get placing(): Readonly<Placing> {
    return this.current;
  }

  /** Shows the picture at a place. */
  show(placing: Placing): void {
    this.place(placing, false);
  }

  /** Enlarges the picture about a point of its frame; without one, about the middle. */
  zoomBy(factor: number, about: Point = this.middle()): void {
    this.place(this.scaled(factor, about), true);
  }

  private press(event: PointerEvent): void {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const point = this.pointOf(event);
    if (this.pointers.size === 0) [this.isDragged, this.pressedAt] = [false, point];
    this.pointers.set(event.pointerId, point);
  }

  private move(event: PointerEvent): void {
    // A button that was let go elsewhere is up.
    if (event.pointerType === "mouse" && event.buttons === 0) this.release(event);
    if (!this.pointers.has(event.pointerId)) return;
    const point = this.pointOf(event);
    if (!this.isDragged && this.pointers.size === 1) {
      if (Math.hypot(point[0] - this.pressedAt[0], point[1] - this.pressedAt[1]) < STILL) return;
    }
    // Not before it is a drag: a click would else go to the frame, and not to what is clicked.
    this.isDragged = true;
    this.frame.setPointerCapture(event.pointerId);
    const before = this.grip();
    this.pointers.set(event.pointerId, point);
    this.follow(before, this.grip());
  }

  /** Keeps below the fingers what was below them. */
  private follow(before: Grip, after: Grip): void {
    const factor = before.spread > 0 && after.spread > 0 ? after.spread / before.spread : 1;
    const { x, y, scale } = this.scaled(factor, [before.x, before.y]);
    this.place({ x: x + after.x - before.x, y: y + after.y - before.y, scale }, true);
  }

  private release(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
  }

  private wheel(event: WheelEvent): void {
    // A plain wheel scrolls the page; zooming takes a key, as on maps.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const turned = -event.deltaY * (PER_WHEEL_STEP[event.deltaMode] ?? 1) * (event.ctrlKey ? PINCH : 1);
    const power = Math.min(Math.max(turned, -MOST_PER_TURN), MOST_PER_TURN);
    this.zoomBy(2 ** power, this.pointOf(event));
  }

  private grip(): Grip {
    const points = [...this.pointers.values()].slice(0, 2);
    const [[x1, y1], [x2, y2]] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
    return { x: (x1 + x2) / 2, y: (y1 + y2) / 2, spread: Math.hypot(x2 - x1, y2 - y1) };
  }

  private scaled(factor: number, [px, py]: Point): Placing {
    const { x, y, scale } = this.current;
    const [smallest, largest] = this.options.limits;
    const next = Math.min(Math.max(scale * factor, smallest), largest);
    return { x: px - ((px - x) * next) / scale, y: py - ((py - y) * next) / scale, scale: next };
  }

  private place(placing: Placing, isByHand: boolean): void {
    this.current = placing;
    this.options.moved(placing, isByHand);
  }

  private pointOf(event: MouseEvent): Point {
    const { left, top } = this.frame.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  private middle(): Point {
    const { width, height } = this.frame.getBoundingClientRect();
    return [width / 2, height / 2];
  }
}
