// A panel that draws on a canvas, and tells what is under the pointer.

import type { TraceStore } from "../model/store";
import { div, on, set } from "../dom/elements";
import { ObservedSize } from "../dom/observed_size";
import { type Colours, coloursOf } from "../theme";
import { Panel } from "./panel";

/** A panel that draws on a canvas as large as the panel allows. */
export abstract class CanvasPanel extends Panel {
  protected readonly frame = div("tff-canvas");
  protected readonly canvas = document.createElement("canvas");
  protected readonly tip = div("tff-tip");
  protected readonly room = this.opened.add(new ObservedSize(this.frame, () => this.draw()));

  constructor(name: string, store: TraceStore) {
    super(name, store);
    this.tip.hidden = true;
    this.canvas.tabIndex = 0;
    set(this.canvas, "role", "img");
    set(this.canvas, "aria-label", this.title);
    this.frame.append(this.canvas, this.tip);
    // What is told of a place is untrue as soon as something else is there.
    for (const event of ["pointerleave", "pointerdown", "keydown", "wheel"] as const) {
      on(this.canvas, event, () => this.hideTip(), { passive: true });
    }
  }

  protected get width(): number {
    return this.room.width;
  }

  protected get height(): number {
    return this.room.height;
  }

  draw(): void {
    if (this.width === 0 || this.height === 0) return;
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.width * scale), Math.round(this.height * scale)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.paint(context, coloursOf(this.root));
    this.root.dataset.summary = this.describe();
    set(this.canvas, "aria-label", this.describe());
  }

  protected abstract paint(context: CanvasRenderingContext2D, colours: Colours): void;

  protected paintText(context: CanvasRenderingContext2D, colours: Colours, text: string): void {
    context.fillStyle = colours.soft;
    context.font = "13px system-ui, sans-serif";
    context.textBaseline = "top";
    context.fillText(text, 2, 10);
  }

  protected hideTip(): void {
    this.tip.hidden = true;
  }

  protected showTip(event: PointerEvent, text: string): void {
    this.tip.textContent = text;
    this.tip.hidden = text === "";
    const box = this.frame.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const [isRight, isLow] = [x > box.width / 2, y > box.height / 2];
    this.tip.style.left = isRight ? "" : `${x + 14}px`;
    this.tip.style.right = isRight ? `${box.width - x + 14}px` : "";
    this.tip.style.top = isLow ? "" : `${y + 12}px`;
    this.tip.style.bottom = isLow ? `${box.height - y + 12}px` : "";
  }
}
