// How large a picture is drawn in a frame that scrolls: all of it, or its beginning, until somebody zooms.

import { on, set } from "../../dom/elements";

const SMALLEST_TEXT = 0.6;
const LARGEST_FITTED = 1.2;
const [SMALLEST, LARGEST] = [0.1, 4];
const STEP = 1.4;
const PER_PIXEL_OF_WHEEL = 0.01;
/** Who moves the pointer less than this, in pixels, clicks and does not drag. */
const STILL = 4;

interface Size {
  width: number;
  height: number;
}

export class Zoom {
  private scale = 1;
  /** Whether somebody chose how large it is. */
  private isChosen = false;
  private picture: Size = { width: 1, height: 1 };
  private dragged = 0;

  /** `changed` is told the scale after every change. */
  constructor(
    private readonly frame: HTMLElement,
    private readonly svg: SVGSVGElement,
    private readonly changed: (scale: number) => void,
  ) {
    on(frame, "wheel", (event) => this.wheel(event), { passive: false });
    on(frame, "pointerdown", () => (this.dragged = 0));
    on(frame, "pointermove", (event) => this.drag(event));
    // A drag that ends on a box does not choose the box.
    on(frame, "click", (event) => this.dragged > STILL && event.stopPropagation(), { capture: true });
  }

  in(): void {
    this.by(STEP);
  }

  out(): void {
    this.by(1 / STEP);
  }

  /** Shows the whole picture, however small it becomes. */
  showAll(room: Size): void {
    this.isChosen = true;
    this.fit(room, 0);
  }

  /** Shows the whole picture, or its beginning where it could not be read; what somebody chose stays. */
  showBeginning(picture: Size, room: Size): void {
    this.picture = picture;
    set(this.svg, "viewBox", `0 0 ${picture.width} ${picture.height}`);
    if (this.isChosen) this.resize(this.scale);
    else this.fit(room, SMALLEST_TEXT);
  }

  private fit(room: Size, smallest: number): void {
    const { width, height } = this.picture;
    const largest = Math.min(room.width / width, room.height / height, LARGEST_FITTED);
    this.resize(Math.max(smallest, largest));
  }

  /** Enlarges the picture; a place in the frame, by default its middle, goes on to show the same. */
  private by(factor: number, x = this.frame.clientWidth / 2, y = this.frame.clientHeight / 2): void {
    const { frame, scale } = this;
    const [left, top] = [frame.scrollLeft + x, frame.scrollTop + y];
    this.isChosen = true;
    this.resize(Math.min(Math.max(scale * factor, SMALLEST), LARGEST));
    frame.scrollLeft = (left * this.scale) / scale - x;
    frame.scrollTop = (top * this.scale) / scale - y;
  }

  private resize(scale: number): void {
    this.scale = scale;
    const { width, height } = this.picture;
    set(this.svg, "width", String(width * scale));
    set(this.svg, "height", String(height * scale));
    this.changed(scale);
  }

  private wheel(event: WheelEvent): void {
    // A plain wheel scrolls; zooming takes a key, as on maps.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = this.frame.getBoundingClientRect();
    const power = Math.min(Math.max(-event.deltaY * PER_PIXEL_OF_WHEEL, -1), 1);
    this.by(2 ** power, event.clientX - left, event.clientY - top);
  }

  private drag({ pointerType, buttons, movementX, movementY }: PointerEvent): void {
    // Fingers scroll by themselves.
    if (pointerType !== "mouse" || buttons !== 1) return;
    this.dragged += Math.hypot(movementX, movementY);
    this.frame.scrollBy(-movementX, -movementY);
  }
}
