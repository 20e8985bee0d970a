// Where the boxes of a program are drawn, and the ways between them, in pixels.

import type { Place, Program, ProgramStep } from "./program";
import { count, dataSize, duration } from "./units";
import { widthIn } from "./labels";
import { say } from "./words";

export const BOX_HEIGHT = 54;
export const WALL_HEIGHT = 36;
const ROW_HEIGHT = 72;
const LANE_TITLE = 30;
const MARGIN = 14;
const SMALLEST_BOX = 92;
const LARGEST_BOX = 210;
const SMALLEST_GAP = 28;
const LARGEST_GAP = 100;
/** The mean width of a letter: of a title, which is bold code, and of a line below. */
const TITLE_LETTER = 7.3;
export const LINE_LETTER = 6.1;
const MAX_VALUE = 13;

/** Half of a bridge is a box, too. */
export interface Box {
  key: string;
  kind: "input" | "step" | "half" | "result";
  step: ProgramStep | null;
  placement: string;
  title: string;
  lines: string[];
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Point = [x: number, y: number];

export interface Way {
  points: Point[];
}

/** Values that cross the wall in a step: the way, where their envelope is and where what is said of them. */
export interface Pipe extends Way {
  step: ProgramStep;
  envelope: Point;
  text: string;
  textAt: Point;
  /** Whether the text stands on both sides of its place. */
  isCentred?: boolean;
}

export interface Label {
  x: number;
  y: number;
  lines: string[];
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Lane extends Rect {
  placement: string;
}

export interface ProgramPlaces {
  boxes: Box[];
  ways: Way[];
  pipes: Pipe[];
  labels: Label[];
  lanes: Lane[];
  wall: Rect | null;
  width: number;
  height: number;
}

/** Places all boxes of a program from left to right; a picture is at least as wide as the room for it. */
export function placeProgram(program: Program, room: number): ProgramPlaces {
  const boxes = boxesOf(program);
  const labels = labelsOf(program);
  const columns = columnsOf(program, boxes, labels, room);
  const last = columns[columns.length - 1];
  const width = Math.max(room, (last?.left ?? 0) + (last?.width ?? 0) + MARGIN);
  const lanes = lanesOf(program, width);
  for (const { box, place } of boxes) {
    const column = columns[place.column] ?? { left: 0, width: 0 };
    box.width = box.kind === "step" || box.kind === "half" ? column.width : box.width;
    box.x = box.kind === "result" ? column.left + column.width - box.width : column.left;
    box.y = yOf(place, lanes);
  }
  const wall = wallOf(lanes, width);
  const byKey = new Map(boxes.map(({ box }) => [box.key, box]));
  return {
    boxes: boxes.map(({ box }) => box),
    ways: joined(program, byKey).map(([from, to]) => wayOf(from, to)),
    pipes: crossing(program, byKey).map(([step, takes, gives]) => pipeOf(step, takes, gives, wall?.y ?? 0)),
    labels: labels.flatMap(({ key, lines }) => {
      const box = byKey.get(key);
      return box ? [{ x: box.x + box.width + 8, y: box.y + BOX_HEIGHT / 2, lines }] : [];
    }),
    lanes,
    wall,
    width,
    height: Math.max(...lanes.map(({ y, height }) => y + height), 0),
  };
}

/** The boxes between which values flow. */
export function joined(program: Program, byKey: ReadonlyMap<string, Box>): [Box, Box][] {
  return program.flows.flatMap(([from, to]) => {
    const [made, used] = [byKey.get(from), byKey.get(takenAt(to, program))];
    return made && used ? [[made, used] as [Box, Box]] : [];
  });
}

/** The steps in which values cross: the half that takes them, and the half that gives them. */
export function crossing(program: Program, byKey: ReadonlyMap<string, Box>): [ProgramStep, Box, Box][] {
  return program.steps.flatMap((step, k) => {
    const [takes, gives] = [byKey.get(`h${k}`), byKey.get(`s${k}`)];
    return step.crosses_to !== "" && takes && gives ? [[step, takes, gives] as [ProgramStep, Box, Box]] : [];
  });
}

/** What is said beside an envelope. */
export function lettersOf(step: ProgramStep, arrow: string): string {
  return step.letters ? `${arrow} ${count(step.letters)} · ${dataSize(step.size)}` : "";
}

/** What a box says about its step, below its title. */
export function linesOf(step: ProgramStep): string[] {
  const where = step.line > 0 ? say("line n", step.line) : "";
  const called = step.title === step.written_as ? "" : step.written_as;
  return [[called, where].filter(Boolean).join(" · "), stateOf(step)].filter(Boolean);
}

function stateOf(step: ProgramStep): string {
  const isAtClients = step.gives.lane === "clients" && step.crosses_to === "";
  const states = [
    step.failed ? `✕ ${say("n failed", count(step.failed))}` : "",
    step.wrong ? `◆ ${count(step.wrong)}` : "",
    step.cancelled ? say("n cancelled", count(step.cancelled)) : "",
    step.running ? say("n running", count(step.running)) : "",
    isAtClients && step.done ? say("n done", count(step.done)) : "",
    step.elapsed ? duration(step.elapsed / 1e6) : "",
  ];
  return states.filter(Boolean).join(" · ");
}

export interface Unplaced {
  box: Box;
  place: Place;
}

function lanesOf(program: Program, width: number): Lane[] {
  const lanes: Lane[] = [];
  let y = 0;
  program.lanes.forEach((placement, k) => {
    const rows = program.num_rows[k] ?? 0;
    if (rows === 0) return;
    if (placement === "clients" && lanes.length > 0) y += WALL_HEIGHT;
    const height = LANE_TITLE + rows * ROW_HEIGHT;
    lanes.push({ placement, x: 0, y, width, height });
    y += height;
  });
  return lanes;
}

function wallOf(lanes: Lane[], width: number): Rect | null {
  const server = lanes.find(({ placement }) => placement === "server");
  const hasWall = server !== undefined && lanes.some(({ placement }) => placement === "clients");
  return hasWall ? { x: 0, y: server.y + server.height, width, height: WALL_HEIGHT } : null;
}

function yOf(place: Place, lanes: Lane[]): number {
  const lane = lanes.find(({ placement }) => placement === place.lane);
  return (lane?.y ?? 0) + LANE_TITLE + place.row * ROW_HEIGHT;
}

function sentAs({ is_sealed: isSealed }: ProgramStep, isWide: boolean): string[] {
  return say(isSealed ? "sealed told" : "open told").split(": ", isWide ? 2 : 1);
}

/** The boxes of a program, which have no place yet; of a result so many letters, and more to read where these are many. */
export function boxesOf(program: Program, mostOfResult = MAX_VALUE): Unplaced[] {
  const inputs = program.inputs.map((input, k) => {
    const title = input.name || say("argument");
    return { box: boxOf(`i${k}`, "input", input.lane, title, [say("from you")], null), place: input };
  });
  const steps = program.steps.flatMap((step, k) => {
    const isDown = step.crosses_to === "clients";
    const full = boxOf(
      isDown ? `h${k}` : `s${k}`,
      "step",
      isDown ? "server" : step.gives.lane,
      step.title,
      linesOf(step),
      step,
    );
    if (step.crosses_to === "") return [{ box: full, place: step.gives }];
    const other = isDown
      ? boxOf(`s${k}`, "half", "clients", step.variable || say("received"), [say("same")], step)
      : boxOf(`h${k}`, "half", "clients", say("each sends"), sentAs(step, mostOfResult > MAX_VALUE), step);
    return [
      { box: full, place: isDown ? step.takes : step.gives },
      { box: other, place: isDown ? step.gives : step.takes },
    ];
  });
  const results = program.results.map((result, k) => {
    const line = result.value ? result.name || say("to you") : say("no result");
    const box = boxOf(`r${k}`, "result", result.lane, cut(result.value, mostOfResult) || "–", [line], null);
    return { box, place: result };
  });
  return [...inputs, ...steps, ...results];
}

function boxOf(
  key: string,
  kind: Box["kind"],
  placement: string,
  title: string,
  lines: string[],
  step: ProgramStep | null,
): Box {
  const needed = Math.max(widthIn(title) * TITLE_LETTER, ...lines.map((line) => widthIn(line) * LINE_LETTER)) + 18;
  const smallest = kind === "step" || kind === "half" ? SMALLEST_BOX : 0;
  return {
    key,
    kind,
    step,
    placement,
    title,
    lines,
    x: 0,
    y: 0,
    width: Math.min(LARGEST_BOX, Math.max(smallest, needed)),
    height: BOX_HEIGHT,
  };
}

/** What stands beside a step: the name of what it made, and the values of some clients. */
export function labelsOf(program: Program, letters = MAX_VALUE): { key: string; lines: string[] }[] {
  return program.steps.flatMap((step, k) => {
    const isResult = program.flows.some(([from, to]) => from === `s${k}` && to.startsWith("r"));
    if (step.crosses_to !== "" || isResult) return [];
    const name = step.variable ? [step.variable] : [];
    const most = step.gives.lane === "clients" ? 3 : 1;
    const shown = step.values.slice(0, most).map((value) => cut(value, letters));
    const rest = step.values.length > most ? ["…"] : [];
    return name.length + shown.length > 0 ? [{ key: `s${k}`, lines: [...name, ...shown, ...rest] }] : [];
  });
}

interface Column {
  left: number;
  width: number;
}

function columnsOf(
  program: Program,
  boxes: Unplaced[],
  labels: { key: string; lines: string[] }[],
  room: number,
): Column[] {
  const widths = Array.from({ length: program.num_columns }, () => 0);
  const gaps = Array.from({ length: program.num_columns }, () => SMALLEST_GAP);
  const lines = new Map(labels.map((label) => [label.key, label.lines]));
  for (const { box, place } of boxes) {
    widths[place.column] = Math.max(widths[place.column] ?? 0, box.width);
    const beside = Math.max(0, ...(lines.get(box.key) ?? []).map((line) => line.length * LINE_LETTER + 28));
    gaps[place.column] = Math.min(LARGEST_GAP, Math.max(gaps[place.column] ?? 0, beside));
  }
  const inner = gaps.slice(0, -1);
  const needed = sum(widths) + sum(inner) + 2 * MARGIN;
  const spare = inner.length > 0 ? Math.max(0, room - needed) / inner.length : 0;
  let left = MARGIN;
  return widths.map((width, k) => {
    const column = { left, width };
    left += width + (gaps[k] ?? 0) + spare;
    return column;
  });
}

/** The box at which a flow ends: of a bridge that half of it that takes. */
function takenAt(to: string, program: Program): string {
  const step = to.startsWith("s") ? program.steps[Number(to.slice(1))] : undefined;
  return step && step.crosses_to !== "" ? `h${to.slice(1)}` : to;
}

function wayOf(from: Box, to: Box): Way {
  const [x1, y1] = [from.x + from.width, from.y + BOX_HEIGHT / 2];
  const [x2, y2] = [to.x, to.y + BOX_HEIGHT / 2];
  // Above the wall a value runs along the row of the box that made it, below along that of the box that uses it.
  const turn = from.placement === "clients" ? x1 + SMALLEST_GAP / 2 : x2 - SMALLEST_GAP / 2;
  const bend: Point[] = [
    [turn, y1],
    [turn, y2],
  ];
  return { points: [[x1, y1], ...(y1 === y2 ? [] : bend), [x2, y2]] };
}

function pipeOf(step: ProgramStep, takes: Box, gives: Box, wall: number): Pipe {
  const x = Math.min(gives.x + gives.width, takes.x + takes.width) - 18;
  const isUp = step.crosses_to === "server";
  const [from, to] = isUp ? [takes.y, gives.y + BOX_HEIGHT] : [takes.y + BOX_HEIGHT, gives.y];
  const middle = wall + WALL_HEIGHT / 2;
  return {
    step,
    points: [
      [x, from],
      [x, to],
    ],
    envelope: [x - 36, middle - 9],
    text: lettersOf(step, isUp ? "↑" : "↓"),
    textAt: [x + 8, middle + 4],
  };
}

/** Shortens a text to a number of letters. */
export function cut(text: string, most = MAX_VALUE): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
