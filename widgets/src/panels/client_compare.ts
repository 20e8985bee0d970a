// Beside the tiles: how the numbers of all clients lie, as a histogram that takes a brush; and two clients compared.

import { div, element, named, on, set, span, write } from "../dom/elements";
import type { Clients } from "../model/clients";
import {
  binsOf,
  differenceOf,
  histogramOf,
  meanOf,
  type Measure,
  normOf,
  type Span,
  spanOf,
  stepOf,
  written,
} from "../model/measures";
import { duration } from "../model/units";
import type { Colours } from "../theme";
import { shape } from "./graph/shapes";
import { say } from "../model/words";

const MOST_BINS = 24;

export class ClientCompare {
  /** The part of the scale that is brushed; null for all of it. */
  brush: Span | null = null;
  private readonly title = div("strong");
  private readonly histogram = shape("svg", { preserveAspectRatio: "none", tabindex: 0 });
  private readonly scale = div("scale soft");
  private readonly pair = div();
  readonly root = div("tff-aside", this.title, this.histogram, this.scale, this.pair);
  private from = 0;
  private span: Span = [0, 0];
  private bins = MOST_BINS;
  private shown = "";

  constructor(private readonly changed: () => void) {
    on(this.histogram, "pointerdown", (event) => {
      this.from = this.numberAt(event);
      this.histogram.setPointerCapture(event.pointerId);
      this.setBrush(null);
    });
    on(this.histogram, "pointermove", (event) => {
      if (event.buttons === 0) return;
      const to = this.numberAt(event);
      this.setBrush([Math.min(this.from, to), Math.max(this.from, to)]);
    });
    on(this.histogram, "keydown", (event) => this.moveBrush(event));
  }

  holds(number: number | null | undefined): boolean {
    const { brush } = this;
    return brush === null || (number != null && number >= brush[0] && number <= brush[1]);
  }

  draw(measure: Measure, pair: readonly number[], clients: Clients, colours: Colours): void {
    const busy = pair.map((client) => clients.busyOf(client));
    const state = JSON.stringify([measure, this.brush, pair, busy, colours.heat]);
    if (state === this.shown) return;
    this.shown = state;
    this.span = spanOf(measure.numbers);
    write(
      this.title,
      [measure.name, measure.is_norm && say("norm"), measure.is_sampled && say("sampled")].filter(Boolean).join(" · "),
    );
    this.drawHistogram(measure, colours);
    if (pair.length === 0) this.pair.replaceChildren(div("soft", say("compare")));
    else this.pair.replaceChildren(...picturesOf(measure, pair, colours), tableOf(measure, pair, busy));
  }

  private drawHistogram({ numbers }: Measure, colours: Colours): void {
    const { span: scale } = this;
    const bins = (this.bins = binsOf(numbers, scale, MOST_BINS));
    set(this.histogram, "viewBox", `0 0 ${bins} 1`);
    const counts = histogramOf(numbers, scale, bins);
    const most = Math.max(...counts, 1);
    const [least, greatest] = this.span;
    const mean = meanOf(numbers);
    const bars = counts.map((bin, k) => {
      const middle = least + ((k + 0.5) / bins) * (greatest - least);
      const height = bin / most;
      const fill = heatOf(middle, this.span, colours.heat);
      const opacity = this.holds(middle) ? 1 : 0.25;
      return shape("rect", { class: "bin", x: k, y: 1 - height, width: 0.9, height, fill, opacity });
    });
    const x = mean === null || greatest <= least ? -1 : ((mean - least) / (greatest - least)) * bins;
    this.histogram.replaceChildren(
      ...bars,
      shape("rect", { x, y: 0, width: bins / 160, height: 1, fill: colours.ink }),
    );
    const told = [written(least), say("mean", written(mean)), written(greatest)];
    this.scale.replaceChildren(...told.map((text) => span("", text)));
    named(this.histogram, "img", say("numbers", told.join(", ")));
  }

  private numberAt({ clientX }: PointerEvent): number {
    const { left, width } = this.histogram.getBoundingClientRect();
    const [least, most] = this.span;
    const share = Math.max(0, Math.min(1, (clientX - left) / (width || 1)));
    // To the nearest edge of a bar, so that the last one can be brushed.
    return least + (Math.round(share * this.bins) / this.bins) * (most - least);
  }

  /** Arrows move a brush that is a sixth of the scale; Backspace takes it away. */
  private moveBrush(event: KeyboardEvent): void {
    const [least, most] = this.span;
    const wide = (most - least) / 6;
    const step = { ArrowRight: 1, ArrowLeft: -1, Backspace: 0 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = this.brush === null ? least : Math.max(least, Math.min(most - wide, this.brush[0] + step * wide));
    this.setBrush(step === 0 ? null : [from, from + wide]);
  }

  private setBrush(brush: Span | null): void {
    this.brush = brush;
    this.changed();
  }
}

/** Returns the colour of a number on a scale. */
export function heatOf(number: number, scale: Span, colours: readonly string[]): string {
  return colours[stepOf(number, scale, colours.length)] ?? "";
}

/** What is known of one client or of two, and of two the difference. */
function tableOf(
  { numbers, distances, is_norm: isNorm, examples }: Measure,
  pair: readonly number[],
  busy: number[],
): HTMLElement {
  const row = (name: string, values: (number | null | undefined)[], tell: (number: number) => string) => {
    const [a, b] = values;
    const told = values.map((number) => (number == null ? "–" : tell(number)));
    if (pair.length > 1) told.push(a == null || b == null ? "–" : `${a < b ? "−" : ""}${tell(Math.abs(a - b))}`);
    return rowOf(name, told);
  };
  const heads = pair.map((client, k) => `${k === 0 ? "A" : "B"} · ${client}`);
  return element(
    "table",
    "",
    rowOf(say("client"), pair.length > 1 ? [...heads, "A − B"] : heads),
    row(
      say(isNorm ? "norm" : "value"),
      pair.map((client) => numbers[client]),
      written,
    ),
    row(
      say("from mean"),
      pair.map((client) => distances[client]),
      written,
    ),
    ...(examples.length > 0 ? [row(say("had"), pair.map((client) => examples[client]), written)] : []), // prettier-ignore
    row(say("busy"), busy, duration),
  );
}

function rowOf(name: string, texts: string[]): HTMLElement {
  return element("tr", "", ...[name, ...texts].map((text) => element("td", "", text)));
}

/** The arrays of one client or of two as pictures, and of two the difference. */
function picturesOf(measure: Measure, pair: readonly number[], { heat, difference }: Colours): HTMLElement[] {
  const cells = pair.map((client) => measure.cells[client] ?? []);
  const scale = spanOf(measure.cells.flat());
  const [a = [], b = []] = cells;
  if (a.length === 0) return [];
  const pictures = cells.map((of) => pictureOf(measure, of, (cell) => heatOf(cell, scale, heat)));
  const apart = differenceOf(a, b);
  if (pair.length < 2 || apart.some(Number.isNaN)) return [div("pictures", ...pictures)];
  const most = Math.max(...apart.map(Math.abs));
  const colourOf = (cell: number) => heatOf(cell, [-most, most], difference);
  const some = measure.is_sampled ? say("of sampled", apart.length) : "";
  const told = say("distance", some, written(normOf(apart)));
  return [div("pictures", ...pictures, pictureOf(measure, apart, colourOf)), div("soft", told)];
}

function pictureOf(
  { grid: [rows = 1, columns = 1] }: Measure,
  cells: readonly (number | null)[],
  colourOf: (cell: number) => string,
): SVGElement {
  const rects = cells.map((cell, k) =>
    shape("rect", {
      x: k % columns,
      y: Math.floor(k / columns),
      width: 0.95,
      height: 0.95,
      fill: cell === null ? "none" : colourOf(cell),
    }),
  );
  const picture = shape("svg", { viewBox: `0 0 ${columns} ${rows}`, "aria-hidden": "true" }, ...rects);
  if (rows === 1) set(picture, "preserveAspectRatio", "none");
  return picture;
}
