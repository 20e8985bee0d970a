import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENT_RUNNING, DONE, WAITING } from "../model/clients";
import type { Colours } from "../theme";
import { Scales, TilePainter } from "./tile_painter";

const HEAT = ["h0", "h1", "h2", "h3", "h4", "h5"];
const COLOURS = { surface: "surface", ink: "ink", accent: "accent", raised: "raised", heat: HEAT } as Colours;
const MEASURE = {
  name: "f",
  is_norm: false,
  invocation: 0,
  numbers: [1, 9, null],
  history: [],
  distances: [],
  cells: [],
  grid: [],
  is_sampled: false,
  examples: [],
};

/** Paints the tile of a client; returns the texts with their colours, and the frames with their dashes. */
function painted(client: number, state: number, size: number): { texts: string[]; frames: string[] } {
  const [texts, frames]: [string[], string[]] = [[], []];
  let dash: number[] = [];
  const context = {
    fillStyle: "",
    strokeStyle: "",
    fillRect: () => {},
    strokeText: () => {},
    setLineDash: (lengths: number[]) => (dash = lengths),
    fillText: (text: string) => texts.push(`${text} ${context.fillStyle}`),
    strokeRect: () => frames.push(`${dash.join()} ${context.strokeStyle}`),
  };
  const drawn = context as unknown as CanvasRenderingContext2D;
  new TilePainter(drawn, COLOURS, new Scales(MEASURE), size).paint(client, 0, 0, state, "");
  return { texts, frames };
}

test("a small tile says which client it is, and its number, in a colour that is seen on its ground", () => {
  assert.deepEqual(painted(0, DONE, 31).texts, ["0 ink", "1 ink"]);
  assert.deepEqual(painted(1, DONE, 31).texts, ["1 surface", "9 surface"]);
});

test("a tile without room for letters has none", () => {
  assert.deepEqual(painted(0, DONE, 20).texts, []);
});

test("a client that is done, but whose value is not here, has a frame of dots", () => {
  assert.deepEqual(painted(2, DONE, 31), { texts: ["2 ink"], frames: ["2,3 accent"] });
  assert.deepEqual(painted(0, DONE, 31).frames, []);
  assert.deepEqual(painted(2, CLIENT_RUNNING, 31).frames, []);
  assert.match(painted(2, WAITING, 31).frames[0] ?? "", /^4,3/);
});
