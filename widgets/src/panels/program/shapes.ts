// The shapes of a program: lanes, the wall, boxes, ways, pipes with their letters.

import {
  BOX_HEIGHT,
  type Box,
  type Label,
  type Lane,
  LINE_LETTER,
  type Pipe,
  WALL_HEIGHT,
  type Way,
} from "../../model/program_places";
import { shape } from "../graph/shapes";

const ARROW = "M0,0L-7,-3.5L-7,3.5Z";
const TITLE_LETTER = 7.3;
const PILE = 3;
/** How far left of a pipe its envelope begins. */
const LETTERS_LEFT = 44;

/** Makes the ground of a lane and its name. */
export function laneShapes({ placement, y, height }: Lane, width: number): SVGElement[] {
  const ground = shape("rect", { class: `lane place-${placement || "none"}`, x: 0, y, width, height });
  const name = placement === "" ? [] : [text(placement.toUpperCase(), 14, y + 19, `lane-name place-${placement}`)];
  return [ground, ...name];
}

/** Makes the wall, which only letters pass, and says what its letters mean where there is room. */
export function wallShapes(y: number, width: number, pipes: Pipe[]): SVGElement[] {
  const wall = shape("rect", { class: "wall", x: 0, y, width, height: WALL_HEIGHT });
  const crossing = pipes.filter(({ text }) => text !== "");
  const meanings = [
    crossing.some(({ step }) => !step.is_sealed) ? "open: the server can read each one" : "",
    crossing.some(({ step }) => step.is_sealed) ? "sealed: it can read only the total" : "",
  ].filter(Boolean);
  const room = Math.min(width, ...crossing.map(({ x }) => x - LETTERS_LEFT));
  const said = meanings.join(" · ");
  if (said.length * LINE_LETTER > room) return [wall];
  return [wall, text(said, 14, y + WALL_HEIGHT / 2 + 4, "letters")];
}

export function boxShape(box: Box): SVGGElement {
  const { step, kind, placement, width } = box;
  const isWrong = step !== null && kind === "step" && (step.failed > 0 || step.is_wrong);
  const group = shape("g", {
    class: `box ${kind} place-${placement || "none"}${isWrong ? " wrong" : ""}`,
    transform: `translate(${box.x},${box.y})`,
    ...(step === null ? {} : { tabindex: 0, role: "button" }),
    "aria-label": [box.title, ...box.lines].join(", "),
  });
  if (step !== null && kind === "step" && placement === "clients" && step.done + step.failed > 1) {
    for (const offset of [2 * PILE, PILE]) {
      group.append(shape("rect", { class: "behind", x: offset, y: offset, width, height: BOX_HEIGHT, rx: 6 }));
    }
  }
  group.append(shape("rect", { width, height: BOX_HEIGHT, rx: 6 }));
  const title = isWrong && step.is_wrong ? `◆ ${box.title}` : box.title;
  group.append(text(cut(title, width - 16), 9, 19, "title"));
  box.lines.slice(0, 2).forEach((line, k) => group.append(text(line, 9, 35 + 14 * k, "line")));
  return group;
}

export function wayShapes({ points }: Way): SVGElement[] {
  const [x, y] = points[points.length - 1] ?? [0, 0];
  const path = points.map(([px, py], k) => `${k === 0 ? "M" : "L"}${px},${py}`).join("");
  return [
    shape("path", { class: "way", d: path }),
    shape("path", { class: "arrow", d: ARROW, transform: `translate(${x},${y})` }),
  ];
}

/** Makes a pipe through the wall, with an envelope where it passes. */
export function pipeShapes(pipe: Pipe, wall: number): SVGElement[] {
  const { x, from, to, step } = pipe;
  const angle = to < from ? -90 : 90;
  const middle = wall + WALL_HEIGHT / 2;
  return [
    shape("path", { class: "pipe", d: `M${x},${from}L${x},${to}` }),
    shape("path", { class: "tip", d: ARROW, transform: `translate(${x},${to}) rotate(${angle})` }),
    ...(pipe.text ? [envelope(x - 36, middle - 9, step.is_sealed), text(pipe.text, x + 8, middle + 4, "letters")] : []),
  ];
}

export function labelShapes({ x, y, lines }: Label): SVGElement[] {
  // One line stands above the way, the others below it.
  return lines.map((line, k) => text(line, x, k === 0 ? y - 6 : y + 15 + 13 * (k - 1), "value"));
}

/** Makes an envelope: open, so that a letter looks out; or closed with a seal. */
function envelope(x: number, y: number, isSealed: boolean): SVGGElement {
  const group = shape("g", { class: isSealed ? "envelope sealed" : "envelope", transform: `translate(${x},${y})` });
  if (isSealed) {
    group.append(
      shape("rect", { width: 24, height: 17, rx: 2 }),
      shape("path", { class: "flap", d: "M1,1L12,10L23,1" }),
      shape("circle", { cx: 12, cy: 10, r: 3.2 }),
    );
    return group;
  }
  group.append(
    shape("path", { d: "M0,6L12,-3L24,6V18H0Z" }),
    shape("rect", { class: "letter", x: 4, y: 0, width: 16, height: 11 }),
    shape("path", { class: "lines", d: "M7,4H17M7,7H17" }),
    shape("path", { d: "M0,6L12,13L24,6V18H0Z" }),
  );
  return group;
}

function text(content: string, x: number, y: number, name: string): SVGTextElement {
  const made = shape("text", { class: name, x, y });
  // The space keeps the lines apart where they are read aloud as one.
  made.textContent = `${content} `;
  return made;
}

function cut(content: string, width: number): string {
  const most = Math.floor(width / TITLE_LETTER);
  return content.length > most ? `${content.slice(0, most - 1)}…` : content;
}
