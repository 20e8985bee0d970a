// What a tile of a client draws: its number, how it changed, a picture of its array, how far it is from the mean.

import { CANCELLED, CLIENT_RUNNING, DONE, FAILED, SLOW, WAITING } from "../model/clients";
import { meanOf, type Measure, medianOf, type Span, spanOf, written } from "../model/measures";
import { LETTERS_SIZE, NUMBER_SIZE, PICTURE_SIZE } from "../model/tile_places";
import type { Colours } from "../theme";
import { heatOf } from "./client_compare";

/** What stands for a state, beside the frame of the tile. */
export const MARKS: Readonly<Record<number, string>> = {
  [FAILED]: "✕",
  [CANCELLED]: "–",
  [SLOW]: "▲",
  [CLIENT_RUNNING]: "…",
};

/** The scales of a measure, which all tiles share. */
export class Scales {
  readonly numbers: Span;
  readonly history: Span;
  readonly cells: Span;
  readonly farthest: number;
  readonly median: number | null;

  constructor(readonly measure: Measure) {
    this.numbers = spanOf(measure.numbers);
    this.history = spanOf([...measure.history.flat(), ...measure.numbers]);
    this.cells = spanOf(measure.cells.flat());
    this.farthest = spanOf(measure.distances)[1];
    this.median = medianOf(measure.distances);
  }
}

/** Paints tiles of one measure, each from its corner at (x, y). */
export class TilePainter {
  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly colours: Colours,
    private readonly scales: Scales,
    private readonly size: number,
  ) {}

  /** Paints a tile that stands for several clients, in the colour of their mean; returns whether that is known. */
  paintMean(clients: readonly number[], x: number, y: number, isWrong: boolean): boolean {
    const { context, colours, scales, size } = this;
    const mean = meanOf(clients.map((client) => scales.measure.numbers[client] ?? null));
    if (mean === null) return false;
    context.fillStyle = heatOf(mean, scales.numbers, colours.heat);
    context.fillRect(x, y, size, size);
    if (isWrong) this.paintState(x, y, FAILED, true, "");
    return true;
  }

  /** Paints the tile of a client; `wrong` is what is wrong with one of its numbers. */
  paint(client: number, x: number, y: number, state: number, wrong: string): void {
    const { context, colours, scales, size } = this;
    const number = scales.measure.numbers[client] ?? null;
    const isSmall = size < PICTURE_SIZE;
    context.fillStyle =
      isSmall && number !== null
        ? heatOf(number, scales.numbers, colours.heat)
        : colours[isSmall ? "raised" : "surface"];
    context.fillRect(x, y, size, size);
    const mark = wrong !== "" && state !== FAILED ? `◆ ${isSmall ? "" : wrong}` : (MARKS[state] ?? "");
    if (!isSmall) this.paintContent(client, x, y, number, mark);
    else if (size >= LETTERS_SIZE) this.paintLetters(client, x, y, mark === "" ? number : null);
    this.paintState(x, y, state, state === FAILED || wrong !== "", mark, number === null);
  }

  /** Paints which client it is, and below it its number, on the colour of the scale. */
  private paintLetters(client: number, x: number, y: number, number: number | null): void {
    const { colours: { heat }, scales, size } = this; // prettier-ignore
    const isFull = number !== null && heat.indexOf(heatOf(number, scales.numbers, heat)) > 3;
    const ink = isFull ? "surface" : "ink";
    this.write(String(client), x + 4, y + 3, "700 10px", "left", ink);
    if (number !== null) this.write(written(number), x + size / 2, y + size - 14, "10px", "center", ink);
  }

  private paintContent(client: number, x: number, y: number, number: number | null, mark: string): void {
    const { size } = this;
    const { cells, history, examples } = this.scales.measure;
    const own = cells[client]?.some((cell) => cell !== null) ? cells[client] : undefined;
    const isAlone = !own && history.length === 0;
    const hasNumberBelow = examples.length > 0 && !isAlone && size >= NUMBER_SIZE;
    const [top, room] = [y + 20, size - (hasNumberBelow ? 50 : 36)];
    this.write(String(client), x + 6, y + 5, "700 11px");
    const had = examples[client];
    if (had != null && mark.length < 2 && size >= NUMBER_SIZE)
      this.write(`n ${had}`, x + size - (mark ? 22 : 6), y + 5, "11px", "right", "soft");
    if (own) this.paintCells(own, x + 6, top, (history.length > 0 ? size / 2 : size) - 12, room);
    if (history.length > 0)
      this.paintHistory(client, own ? x + size / 2 : x + 6, top, (own ? size / 2 : size) - 10, room);
    if (number !== null && isAlone) this.write(written(number), x + size / 2, y + size / 2 - 7, "600 13px", "center");
    else if (number !== null && size >= NUMBER_SIZE && (hasNumberBelow || mark === ""))
      this.write(written(number), x + size - 6, hasNumberBelow ? y + size - 27 : y + 5, "11px", "right");
    this.paintDistance(client, x + 6, y + size - 8, size - 12);
  }

  private write(
    text: string,
    x: number,
    y: number,
    font: string,
    align: CanvasTextAlign = "left",
    ink: "ink" | "soft" | "surface" = "ink",
  ): void {
    const { context, colours, size } = this;
    context.textBaseline = "top";
    context.textAlign = align;
    context.font = `${font} system-ui, sans-serif`;
    context.fillStyle = colours[ink];
    context.fillText(text, x, y, align === "right" ? size - 34 : size - 10);
    context.textAlign = "left";
  }

  /** Paints an even grid of cells, as large as there is room for square ones; a single row fills its room. */
  private paintCells(cells: readonly (number | null)[], x: number, y: number, width: number, height: number): void {
    const { context, colours, scales } = this;
    const [rows = 1, columns = 1] = scales.measure.grid;
    const side = Math.min(width / columns, height / rows);
    const [wide, high] = rows === 1 ? [width / columns, height] : [side, side];
    cells.forEach((cell, k) => {
      if (cell === null) return;
      context.fillStyle = heatOf(cell, scales.cells, colours.heat);
      context.fillRect(x + (k % columns) * wide, y + Math.floor(k / columns) * high, wide - 0.4, high - 0.4);
    });
  }

  /** Paints how its number changed from call to call. */
  private paintHistory(client: number, x: number, y: number, width: number, height: number): void {
    const { history, numbers } = this.scales.measure;
    const [least, most] = this.scales.history;
    const points = [...history, numbers].flatMap((of, k): [number, number][] => {
      const number = of[client] ?? null;
      const share = number === null ? 0 : (number - least) / (most - least || 1);
      return number === null ? [] : [[x + (width * k) / history.length, y + height * (1 - share)]];
    });
    this.line(points, this.colours.orange, 1.6);
    const last = points.at(-1);
    if (last) this.dot(...last, 2);
  }

  /** Paints a dot on a line, which begins at the mean; the tick is the median of all. */
  private paintDistance(client: number, x: number, y: number, width: number): void {
    const { measure, farthest, median } = this.scales;
    const distance = measure.distances[client] ?? null;
    if (distance === null || farthest === 0) return;
    const at = (number: number) => x + (number / farthest) * width;
    this.line([[x, y], [x + width, y]], this.colours.soft, 1); // prettier-ignore
    if (median !== null) this.line([[at(median), y - 4], [at(median), y + 4]], this.colours.soft, 1); // prettier-ignore
    this.dot(at(distance), y, 3);
  }

  private line(points: [number, number][], colour: string, width: number): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
  }

  private dot(x: number, y: number, radius: number): void {
    const { context, colours } = this;
    context.fillStyle = colours.orange;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
  }

  /** Paints a frame and a mark that say how the client is. */
  private paintState(x: number, y: number, state: number, isWrong: boolean, mark: string, isWithout = false): void {
    const { context, colours, size } = this;
    const isSmall = size < PICTURE_SIZE;
    // It is done, but what it made is not known here yet.
    const isDotted = isWithout && !isWrong && (state === DONE || state === SLOW);
    const isDashed = state === WAITING || state === CANCELLED;
    const thick = isDotted ? 2 : isWrong ? Math.min(3, Math.max(2, size / 8)) : 1;
    const plain = isDotted ? colours.accent : state === CLIENT_RUNNING ? colours.running : colours.line;
    context.strokeStyle = isWrong ? colours.red : plain;
    context.lineWidth = thick;
    if (isDashed) context.setLineDash([4, 3]);
    if (isDotted) context.setLineDash([2, 3]);
    if (isWrong || isDashed || isDotted || !isSmall)
      context.strokeRect(x + thick / 2, y + thick / 2, size - thick, size - thick);
    context.setLineDash([]);
    if (mark === "" || size < 10) return;
    context.fillStyle = isWrong ? colours.red : isSmall ? colours.ink : colours.soft;
    context.font = `700 ${Math.min(13, size * 0.7)}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    const { cells, history } = this.scales.measure;
    const isInMiddle = isSmall || cells.length + history.length === 0;
    context.textAlign = isInMiddle ? "center" : "right";
    const [left, middle] = isInMiddle ? [x + size / 2, y + size / 2] : [x + size - 6, y + 11];
    // On the colours of a scale a mark needs a ground of its own.
    context.strokeStyle = colours.surface;
    context.lineWidth = 3;
    if (isSmall) context.strokeText(mark, left, middle);
    context.fillText(mark, left, middle);
    context.textAlign = "left";
  }
}
