// A program where there is little room: its order runs down, the clients are at the left, the server at the right.

import type { Program, ProgramStep } from "./program";
import {
  BOX_HEIGHT,
  type Box,
  boxesOf,
  crossing,
  cut,
  joined,
  type Label,
  labelsOf,
  type Lane,
  lettersOf,
  LINE_LETTER,
  type Pipe,
  placeProgram,
  type Point,
  type ProgramPlaces,
  type Rect,
  type Unplaced,
  type Way,
} from "./program_places";

/** In less room, in pixels, the order of a program runs down. */
const UPRIGHT_BELOW = 560;
const WALL_WIDTH = 46;
const CLIENTS_SHARE = 0.55;
const MARGIN = 10;
/** The width of a letter of a value, which is code. */
const VALUE_LETTER = 6.7;
/** What a way needs that passes a box. */
const BESIDE = 8;
/** How far from the edge of a box a way leaves it. */
const INSIDE = 24;

/** Results stand beside each other where each has so much room. */
const RESULT_WIDTH = 100;

/** How high boxes are, and the title above them, and what is between them. */
interface Measures {
  title: number;
  /** That of both halves of a step that crosses, too. */
  step: number;
  /** What comes from the user has no frame. */
  input: number;
  result: number;
  gap: number;
  smallGap: number;
}

const WIDE: Measures = {
  title: 30,
  step: BOX_HEIGHT,
  input: 42,
  result: BOX_HEIGHT,
  gap: 44,
  smallGap: 24,
};
/** Where the program would not be seen whole: one line below a title, or beside it, and one beside a way. */
const DENSE: Measures = { title: 24, step: 35, input: 18, result: 22, gap: 18, smallGap: 8 };
/** In between: close to each other, and all lines in each box. */
const CLOSE: Measures = { ...DENSE, step: BOX_HEIGHT };

/** Places all boxes of a program from left to right if it is seen whole so, or else from the top down. */
export function placeIn({ width, height }: { width: number; height: number }, program: Program): ProgramPlaces {
  const [across, upright] = [placeProgram(program, width), placeUpright(program, width, height)];
  const isSeen = across.width <= width && across.height <= Math.max(height, upright.height);
  return width >= UPRIGHT_BELOW && isSeen ? across : upright;
}

/** Places all boxes of a program from the top down, within the width that there is, and the height if they can. */
export function placeUpright(program: Program, room: number, most = Infinity): ProgramPlaces {
  const dense = placeWith(DENSE, program, room);
  return (
    [WIDE, CLOSE].map((measures) => placeWith(measures, program, room)).find(({ height }) => height <= most) ?? dense
  );
}

function placeWith(measures: Measures, program: Program, room: number): ProgramPlaces {
  const isDense = measures !== WIDE;
  const boxes = boxesOf(program, Infinity);
  const lanes = lanesOf(program, room);
  for (const { box, place } of boxes) {
    const lane = lanes.find(({ placement }) => placement === place.lane) ?? { x: 0, width: room };
    box.width = lane.width - 2 * MARGIN;
    box.x = lane.x + MARGIN;
    box.height = measures[box.kind === "half" ? "step" : box.kind];
    if (box.height < BOX_HEIGHT) box.lines = [box.lines.join(" · ")];
  }
  const beside = resultsBeside(boxes);
  const rowOf = ({ box, place }: Unplaced) => (beside.has(box.key) ? "results" : `${place.column} ${place.row}`);
  const said = labelsOf(program, room / LINE_LETTER);
  const height = stack(boxes, rowOf, new Set(said.map(({ key }) => key)), measures);
  for (const lane of lanes) lane.height = height;
  const wall = wallOf(lanes, height);
  const byKey = new Map(boxes.map(({ box }) => [box.key, box]));
  return {
    boxes: boxes.map(({ box }) => box),
    ways: joined(program, byKey).map(([from, to]) => wayOf(from, to, measures)),
    pipes: crossing(program, byKey).map(([step, takes, gives]) => pipeOf(step, takes, gives, wall)),
    labels: said.flatMap(({ key, lines }) => labelOf(byKey.get(key), lines, isDense)),
    lanes,
    wall,
    width: room,
    height,
  };
}

/** Shares the width of a lane among its results, if each gets enough; returns which these are. */
function resultsBeside(boxes: Unplaced[]): Set<string> {
  const beside = new Set<string>();
  for (const lane of new Set(boxes.map(({ place }) => place.lane))) {
    const results = boxes.flatMap(({ box, place }) => (box.kind === "result" && place.lane === lane ? [box] : []));
    const each = ((results[0]?.width ?? 0) + MARGIN) / results.length - MARGIN;
    if (results.length < 2 || each < RESULT_WIDTH) continue;
    results.forEach((box, k) => {
      box.width = each;
      box.x += k * (each + MARGIN);
      beside.add(box.key);
    });
  }
  return beside;
}

/** Places boxes from the top down, in the order of the program; returns how high they are together. */
function stack(
  boxes: Unplaced[],
  rowOf: (one: Unplaced) => string,
  said: ReadonlySet<string>,
  { title, gap, smallGap }: Measures,
): number {
  const inOrder = [...boxes].sort((a, b) => a.place.column - b.place.column || a.place.row - b.place.row);
  let height = title;
  for (const row of new Set(inOrder.map(rowOf))) {
    const beside = boxes.filter((one) => rowOf(one) === row).map(({ box }) => box);
    for (const box of beside) box.y = height;
    const needed = beside.some(({ key, step }) => said.has(key) || step?.crosses_to);
    height += Math.max(...beside.map((box) => box.height)) + (needed ? gap : smallGap);
  }
  return height;
}

function lanesOf(program: Program, room: number): Lane[] {
  const laneOf = (placement: string, x: number, width: number) => ({ placement, x, y: 0, width, height: 0 });
  const used = program.lanes.filter((_, k) => (program.num_rows[k] ?? 0) > 0);
  if (!used.includes("clients") || !used.includes("server")) return used.map((placement) => laneOf(placement, 0, room));
  const left = Math.round((room - WALL_WIDTH) * CLIENTS_SHARE);
  const right = left + WALL_WIDTH;
  return [laneOf("clients", 0, left), laneOf("server", right, room - right)];
}

function wallOf(lanes: Lane[], height: number): Rect | null {
  const [clients, server] = lanes;
  if (clients === undefined || server === undefined) return null;
  return { x: clients.width, y: 0, width: server.x - clients.width, height };
}

/** Down to the next box, or along the edge of the lane past those between. */
function wayOf(from: Box, to: Box, { gap }: Measures): Way {
  // At the server, the side of the wall has letters.
  const isAtServer = from.placement === "server";
  const [x, last] = [from, to].map((box) => box.x + (isAtServer ? box.width - INSIDE : INSIDE)) as Point;
  const [start, end] = [from.y + from.height, to.y];
  const aside: Point[] = [
    [x, end - BESIDE],
    [last, end - BESIDE],
  ];
  if (end - start <= gap) return { points: [[x, start], ...(x === last ? [] : aside), [last, end]] };
  const edge = isAtServer ? from.x + from.width + BESIDE / 2 + 1 : from.x - BESIDE / 2 - 1;
  return {
    points: [
      [x, start],
      [x, start + BESIDE],
      [edge, start + BESIDE],
      [edge, end - BESIDE],
      [last, end - BESIDE],
      [last, end],
    ],
  };
}

function pipeOf(step: ProgramStep, takes: Box, gives: Box, wall: Rect | null): Pipe {
  const isUp = step.crosses_to === "server";
  const [from, to] = isUp ? [takes.x + takes.width, gives.x] : [takes.x, gives.x + gives.width];
  const [above, below] = [takes.y + takes.height / 2, gives.y + gives.height / 2];
  const middle = (wall?.x ?? 0) + WALL_WIDTH / 2;
  const bend: Point[] = [
    [middle, above],
    [middle, below],
  ];
  return {
    step,
    points: [[from, above], ...(above === below ? [] : bend), [to, below]],
    envelope: [middle - 12, above - 9],
    text: lettersOf(step, isUp ? "→" : "←"),
    textAt: [middle, above + 22],
    isCentred: true,
  };
}

function labelOf(box: Box | undefined, lines: string[], isDense: boolean): Label[] {
  if (box === undefined) return [];
  const most = Math.floor((box.width - INSIDE) / VALUE_LETTER);
  // The first is the name, if there is one.
  const names = box.step?.variable ? 1 : 0;
  const parts = [...lines.slice(0, names), lines.slice(names).join(", ")].filter(Boolean);
  const shown = (isDense ? [parts.join("  ")] : parts).map((line) => cut(line, most));
  const x = box.placement === "server" ? box.x : box.x + INSIDE + 10;
  return [{ x, y: box.y + box.height + (isDense ? 20 : 22), lines: shown }];
}
