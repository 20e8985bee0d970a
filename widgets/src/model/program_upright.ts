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
  type Point,
  type ProgramPlaces,
  type Rect,
  type Unplaced,
  type Way,
} from "./program_places";

const WALL_WIDTH = 46;
const CLIENTS_SHARE = 0.55;
const LANE_TITLE = 30;
const MARGIN = 10;
/** The width of a letter of a value, which is code. */
const VALUE_LETTER = 6.7;
/** What comes from the user has no frame, and two lines. */
const INPUT_HEIGHT = 42;
/** What a way needs that passes a box. */
const BESIDE = 8;
/** How far from the edge of a box a way leaves it. */
const INSIDE = 24;

/** How high boxes are, and what is between them. */
interface Measures {
  box: number;
  gap: number;
  smallGap: number;
}

const WIDE: Measures = { box: BOX_HEIGHT, gap: 44, smallGap: 24 };
/** Where the program would not be seen whole: one line below a title, and one beside a way. */
const DENSE: Measures = { box: 39, gap: 22, smallGap: 14 };

/** Places all boxes of a program from the top down, within the width that there is, and the height if they can. */
export function placeUpright(program: Program, room: number, most = Infinity): ProgramPlaces {
  const places = placeWith(WIDE, program, room);
  return places.height > most ? placeWith(DENSE, program, room) : places;
}

function placeWith(measures: Measures, program: Program, room: number): ProgramPlaces {
  const isDense = measures === DENSE;
  const boxes = boxesOf(program, Infinity);
  for (const { box } of boxes) {
    box.height = box.kind === "input" ? Math.min(INPUT_HEIGHT, measures.box) : measures.box;
    if (isDense) box.lines = [box.lines.join(" · ")];
  }
  const said = labelsOf(program, room / LINE_LETTER);
  const { tops, height } = rowsOf(boxes, new Set(said.map(({ key }) => key)), measures);
  const lanes = lanesOf(program, room, height);
  for (const { box, place } of boxes) {
    const lane = lanes.find(({ placement }) => placement === place.lane) ?? { x: 0, width: room };
    box.width = lane.width - 2 * MARGIN;
    box.x = lane.x + MARGIN;
    box.y = tops.get(rowKey({ box, place })) ?? 0;
  }
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

/** Boxes that stand beside each other are in one column of the program, and in one row of it: the top of each. */
function rowsOf(
  boxes: Unplaced[],
  said: ReadonlySet<string>,
  { gap, smallGap }: Measures,
): { tops: Map<string, number>; height: number } {
  const inOrder = [...boxes].sort((a, b) => a.place.column - b.place.column || a.place.row - b.place.row);
  const tops = new Map<string, number>();
  let height = LANE_TITLE;
  for (const one of inOrder) {
    const row = rowKey(one);
    if (tops.has(row)) continue;
    const beside = boxes.filter((other) => rowKey(other) === row).map(({ box }) => box);
    tops.set(row, height);
    const needed = beside.some(({ key, step }) => said.has(key) || step?.crosses_to);
    height += Math.max(...beside.map((box) => box.height)) + (needed ? gap : smallGap);
  }
  return { tops, height };
}

function rowKey({ place }: Unplaced): string {
  return `${place.column} ${place.row}`;
}

function lanesOf(program: Program, room: number, height: number): Lane[] {
  const used = program.lanes.filter((_, k) => (program.num_rows[k] ?? 0) > 0);
  if (!used.includes("clients") || !used.includes("server"))
    return used.map((placement) => ({ placement, x: 0, y: 0, width: room, height }));
  const left = Math.round((room - WALL_WIDTH) * CLIENTS_SHARE);
  const right = left + WALL_WIDTH;
  return [
    { placement: "clients", x: 0, y: 0, width: left, height },
    { placement: "server", x: right, y: 0, width: room - right, height },
  ];
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
  const x = isAtServer ? from.x + from.width - INSIDE : from.x + INSIDE;
  const [start, end] = [from.y + from.height, to.y];
  if (end - start <= gap)
    return {
      points: [
        [x, start],
        [x, end],
      ],
    };
  const edge = isAtServer ? from.x + from.width + BESIDE / 2 + 1 : from.x - BESIDE / 2 - 1;
  return {
    points: [
      [x, start],
      [x, start + BESIDE],
      [edge, start + BESIDE],
      [edge, end - BESIDE],
      [x, end - BESIDE],
      [x, end],
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
  const [first = "", ...others] = lines;
  const most = Math.floor((box.width - INSIDE) / VALUE_LETTER);
  const parts = [first, others.join(", ")].filter(Boolean);
  const shown = (isDense ? [parts.join("  ")] : parts).map((line) => cut(line, most));
  const x = box.placement === "server" ? box.x : box.x + INSIDE + 10;
  return [{ x, y: box.y + box.height + (isDense ? 20 : 22), lines: shown }];
}
