// What all panels are: a titled part of the page that draws the store when it is told to.

import type { TraceStore } from "../model/store";
import { type Colours, coloursOf } from "../theme";

export abstract class Panel {
  readonly root = document.createElement("section");

  constructor(
    readonly name: string,
    readonly title: string,
    protected readonly store: TraceStore,
  ) {
    this.root.className = "tff-panel";
    this.root.dataset.panel = name;
    this.root.setAttribute("aria-label", title);
  }

  /** Draws what the store holds now. */
  abstract draw(): void;

  /** A few words that tell what is shown, for tests and for screen readers. */
  abstract describe(): string;
}

/** Makes an element with a class and text; text is never read as HTML. */
export function element(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Changes the text of an element, if it is another one: the browser lays out anew what was touched. */
export function write(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Changes what is in an element, if it is something else. */
export function fill(target: HTMLElement, content: HTMLElement[]): void {
  const isSame = content.length === target.childNodes.length;
  if (!isSame || content.some((made, k) => !made.isEqualNode(target.childNodes[k]))) target.replaceChildren(...content);
}

/** How large an element is, without asking the browser to lay the page out at once. */
export class ObservedSize {
  width = 0;
  height = 0;

  /** `changed` is called after every change, also when the element appears. */
  constructor(target: HTMLElement, changed: () => void) {
    new ResizeObserver(() => {
      this.width = target.clientWidth;
      this.height = target.clientHeight;
      changed();
    }).observe(target);
  }
}

/** Makes a button. */
export function button(text: string, title: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.title = title;
  made.addEventListener("click", act);
  return made;
}

/** Makes a word of a picture's key, beside a small square of its colour. */
export function keyEntry(text: string, colour: string, meaning = ""): HTMLElement {
  const entry = element("span", "tff-key", text);
  const square = document.createElement("i");
  square.style.background = colour;
  entry.title = meaning;
  entry.prepend(square);
  return entry;
}

/** A panel that draws on a canvas as large as the panel allows. */
export abstract class CanvasPanel extends Panel {
  protected readonly frame = element("div", "tff-canvas");
  protected readonly canvas = document.createElement("canvas");
  protected readonly tip = element("div", "tff-tip");
  protected readonly room = new ObservedSize(this.frame, () => this.draw());

  constructor(name: string, title: string, store: TraceStore) {
    super(name, title, store);
    this.tip.hidden = true;
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.frame.append(this.canvas, this.tip);
    this.canvas.addEventListener("pointerleave", () => {
      this.tip.hidden = true;
    });
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
    const context = this.canvas.getContext("2d")!;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.paint(context, coloursOf(this.root.closest<HTMLElement>(".tffsim") ?? this.root));
    this.root.dataset.summary = this.describe();
    this.canvas.setAttribute("aria-label", this.describe());
  }

  protected abstract paint(context: CanvasRenderingContext2D, colours: Colours): void;

  protected paintText(context: CanvasRenderingContext2D, colours: Colours, text: string): void {
    context.fillStyle = colours.soft;
    context.font = "13px system-ui, sans-serif";
    context.textBaseline = "top";
    context.fillText(text, 2, 10);
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
