// The shapes of a program: lanes, the wall, boxes, ways, pipes with their letters.

import {
  type Box,
  type Label,
  type Lane,
  LINE_LETTER,
  type Pipe,
  type Point,
  type Rect,
  type Way,
} from "../../model/program_places";
import { envelope } from "../envelopes";
import { shape } from "../graph/shapes";
import { widthIn } from "../../model/labels";
import { say } from "../../model/words";

const ARROW = "M0,0L-7,-3.5L-7,3.5Z";
const TITLE_LETTER = 7.3;
const PILE = 3;
/** A lower box has room for its title alone. */
const TWO_LINES = 30;
/** Where there is room beside the name of a lane. */
const BESIDE_NAME = 92;

/** Makes the ground of a lane and its name, and beside it what all numbers are of. */
export function laneShapes({ placement, x, y, width, height }: Lane, scope: string[]): SVGElement[] {
  const ground = shape("rect", { class: `lane place-${placement || "none"}`, x, y, width, height });
  const name =
    placement === ""
      ? []
      : [text(say(placement === "clients" ? "CLIENTS" : "SERVER"), x + 14, y + 19, `lane-name place-${placement}`)];
  const told = scope.find((words) => widthIn(words) * LINE_LETTER < width - BESIDE_NAME);
  return [ground, ...name, ...(told ? [text(told, x + BESIDE_NAME, y + 19, "line")] : [])];
}

/** Makes the wall, which only letters pass, and says what its letters mean where there is room. */
export function wallShapes({ x, y, width, height }: Rect, pipes: Pipe[], pattern: string): SVGElement[] {
  const wall = shape("rect", { class: "wall", fill: `url(#${pattern})`, x, y, width, height });
  const passing = pipes.filter(({ text }) => text !== "");
  const meanings = [
    passing.some(({ step }) => !step.is_sealed) ? say("open told") : "",
    passing.some(({ step }) => step.is_sealed) ? say("sealed told") : "",
  ].filter(Boolean);
  const room = Math.min(width, ...passing.map(({ envelope: [left] }) => left - 8));
  const said = meanings.join(" · ");
  if (widthIn(said) * LINE_LETTER > room) return [wall];
  return [wall, text(said, 14, y + height / 2 + 4, "letters")];
}

export function boxShape(box: Box): SVGGElement {
  const { step, kind, placement, width, height } = box;
  const told = kind === "step" ? step : null;
  const isWrong = told !== null && told.failed + told.wrong > 0;
  const isWorking = told !== null && told.running > 0;
  const group = shape("g", {
    class: `box ${kind} place-${placement || "none"}${isWrong ? " wrong" : ""}${isWorking ? " working" : ""}`,
    transform: `translate(${box.x},${box.y})`,
    ...(step === null ? {} : { tabindex: 0, role: "button" }),
    "aria-label": [box.title, ...box.lines].join(", "),
  });
  if (told && placement === "clients" && told.done + told.failed > 1) {
    for (const offset of [2 * PILE, PILE]) {
      group.append(shape("rect", { class: "behind", x: offset, y: offset, width, height, rx: 6 }));
    }
  }
  group.append(shape("rect", { width, height, rx: 6 }));
  const title = told?.wrong ? `◆ ${box.title}` : box.title;
  const isLow = height < TWO_LINES;
  const y = isLow ? height / 2 + 4 : height * 0.37;
  group.append(text(cut(title, width - 16), 9, y, "title"));
  // In a low box the line stands beside the title, if it has room there.
  const [left, top] = isLow ? [17 + widthIn(title) * TITLE_LETTER, y] : [9, y + 15];
  const room = (width - left - 3) / LINE_LETTER;
  box.lines
    .filter((line) => !isLow || widthIn(line) < room)
    .forEach((line, k) => group.append(text(cut(line, room, 1), left, top + 14 * k, "line")));
  return group;
}

export function wayShapes({ points }: Way): SVGElement[] {
  return [shape("path", { class: "way", d: pathOf(points) }), arrow(points, "arrow")];
}

/** Makes a pipe through the wall, with an envelope where it passes. */
export function pipeShapes({ points, step, envelope: [x, y], text: said, textAt, isCentred }: Pipe): SVGElement[] {
  // On a wall that stands upright there is room for a few letters, and for lines below each other.
  const lines = isCentred ? said.split(" · ") : [said];
  const [left, top] = textAt;
  const told = lines.map((line, k) => text(line, left, top + 13 * k, `letters${isCentred ? " centred" : ""}`));
  return [
    shape("path", { class: "pipe", d: pathOf(points) }),
    arrow(points, "tip"),
    ...(said ? [envelope(x, y, step.is_sealed), ...told] : []),
  ];
}

function pathOf(points: Point[]): string {
  return points.map(([x, y], k) => `${k === 0 ? "M" : "L"}${x},${y}`).join("");
}

/** The arrow at the end of a way, in the direction of its last part. */
function arrow(points: Point[], name: string): SVGElement {
  const [[fromX, fromY] = [0, 0], [x, y] = [0, 0]] = points.slice(-2);
  const angle = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  return shape("path", { class: name, d: ARROW, transform: `translate(${x},${y}) rotate(${angle})` });
}

export function labelShapes({ x, y, lines }: Label): SVGElement[] {
  // One line stands above the way, the others below it.
  return lines.map((line, k) => text(line, x, k === 0 ? y - 6 : y + 15 + 13 * (k - 1), "value"));
}

function text(content: string, x: number, y: number, name: string): SVGTextElement {
  // The space keeps the lines apart where they are read aloud as one.
  return shape("text", { class: name, x, y }, `${content} `);
}

function cut(content: string, width: number, letter = TITLE_LETTER): string {
  const most = Math.floor(width / letter);
  return content.length > most ? `${content.slice(0, most - 1)}…` : content;
}
