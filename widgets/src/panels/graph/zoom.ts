// How large a picture is drawn in a frame that scrolls: all of it, or its end, the result, until somebody zooms.

import { on, set } from "../../dom/elements";

const SMALLEST_TEXT = 0.92;
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

  /** Shows the whole picture, or what is around its end where it could not be read; what somebody chose stays. */
  showEnd(picture: Size, room: Size, end: { x: number; y: number }): void {
    this.picture = picture;
    set(this.svg, "viewBox", `0 0 ${picture.width} ${picture.height}`);
    if (this.isChosen) this.resize(this.scale);
    else {
      this.fit(room, SMALLEST_TEXT);
      this.frame.scrollTo(end.x * this.scale - room.width / 2, end.y * this.scale - room.height / 2);
    }
  }

  private fit(room: Size, smallest: number): void {
    const { width, height } = this.picture;
    const largest = Math.min(room.width / width, room.height / height, LARGEST_FITTED);
    this.resize(Math.max(smallest, largest));
  }

  /** Enlarges the picture; a place on the page, by default the middle of the frame, goes on to show the same. */
  private by(factor: number, place?: { clientX: number; clientY: number }): void {
    const { frame, svg, scale } = this;
    const { left, top, width, height } = frame.getBoundingClientRect();
    const { clientX, clientY } = place ?? { clientX: left + width / 2, clientY: top + height / 2 };
    const before = svg.getBoundingClientRect();
    this.isChosen = true;
    this.resize(Math.min(Math.max(scale * factor, SMALLEST), LARGEST));
    const after = svg.getBoundingClientRect();
    const grown = this.scale / scale;
    frame.scrollBy(
      after.left - clientX + (clientX - before.left) * grown,
      after.top - clientY + (clientY - before.top) * grown,
    );
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
    this.by(2 ** Math.min(Math.max(-event.deltaY * PER_PIXEL_OF_WHEEL, -1), 1), event);
  }

  private drag({ pointerType, buttons, movementX, movementY }: PointerEvent): void {
    // Fingers scroll by themselves.
    if (pointerType !== "mouse" || buttons !== 1) return;
    this.dragged += Math.hypot(movementX, movementY);
    this.frame.scrollBy(-movementX, -movementY);
  }
}
