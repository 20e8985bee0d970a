import assert from "node:assert/strict";
import { test } from "node:test";

import { PROGRAM } from "../testing/programs";
import { BOX_HEIGHT, placeProgram } from "./program_places";
import { placeIn, placeUpright } from "./program_upright";

const ROOM = 396;
const places = placeUpright(PROGRAM, ROOM);
const wall = places.wall ?? assert.fail("no wall");
const box = (key: string) => places.boxes.find((one) => one.key === key) ?? assert.fail(key);

test("the clients stand left of the wall, the server right of it, and all of it has room", () => {
  assert.equal(places.width, ROOM);
  for (const { placement, x, width } of places.boxes) {
    if (placement === "clients") assert.ok(x > 0 && x + width < wall.x);
    else assert.ok(x > wall.x + wall.width && x + width < ROOM);
  }
});

test("the order of the program runs down, and no box lies on another", () => {
  for (const { points } of places.ways) {
    const ys = points.map(([, y]) => y);
    assert.deepEqual(
      ys,
      [...ys].sort((a, b) => a - b),
    );
  }
  for (const one of places.boxes)
    for (const other of places.boxes) {
      const isApart = Math.abs(one.y - other.y) >= BOX_HEIGHT || one.placement !== other.placement || one === other;
      assert.ok(isApart, `${one.key} and ${other.key}`);
    }
});

test("what crosses goes through the wall, from the half that takes it to the half that gives it", () => {
  const [takes, gives] = [box("h1"), box("s1")];
  const [pipe] = places.pipes;
  assert.deepEqual(pipe?.points.at(0), [takes.x + takes.width, takes.y + BOX_HEIGHT / 2]);
  assert.deepEqual(pipe?.points.at(-1), [gives.x, gives.y + BOX_HEIGHT / 2]);
  assert.ok(pipe && pipe.envelope[0] > wall.x && pipe.envelope[0] < wall.x + wall.width);
  assert.match(pipe.text, /→ 3 · 12 B/);
});

test("a program without clients has the whole width for its lane, and no wall", () => {
  const alone = { ...PROGRAM, lanes: ["server"], num_rows: [1], inputs: [], steps: [], results: [], flows: [] };
  const { lanes, wall: none } = placeUpright(alone, ROOM);
  assert.deepEqual([lanes[0]?.width, none], [ROOM, null]);
});

test("several results of a lane stand beside each other where there is room for it, else one below the other", () => {
  const twice = (["r0", "r1"] as const).map((_, row) => ({ name: "", value: "6", lane: "server", column: 3, row }));
  const flows = [...PROGRAM.flows, ["s1", "r1"]] as [string, string][];
  const places = (room: number) => placeUpright({ ...PROGRAM, results: twice, flows }, room);
  const [wide, narrow] = [places(2 * ROOM), places(ROOM)].map(({ boxes, ways }) => ({
    boxes: boxes.filter(({ kind }) => kind === "result"),
    ends: ways.slice(-2).map(({ points }) => points.at(-1)),
  }));
  const [one, other] = wide?.boxes ?? [];
  assert.ok(one && other && one.y === other.y && one.x + one.width < other.x);
  assert.deepEqual(
    wide?.ends,
    [one, other].map(({ x, y, width }) => [x + width - 24, y]),
  );
  assert.ok((narrow?.boxes[0]?.y ?? 0) < (narrow?.boxes[1]?.y ?? 0));
});

test("values are kept apart by commas, and the name of what was made stands before them", () => {
  const [step] = PROGRAM.steps;
  assert.ok(step);
  const told = (variable: string) => {
    const { labels } = placeUpright({ ...PROGRAM, steps: [{ ...step, variable }, ...PROGRAM.steps.slice(1)] }, ROOM, 1);
    return labels[0]?.lines;
  };
  assert.deepEqual([told(""), told("y")], [["1, 2, 3"], ["y  1, 2, 3"]]);
});

test("where it would not be seen whole, boxes are lower and closer, and nothing is left out", () => {
  const close = placeUpright(PROGRAM, ROOM, places.height - 1);
  const dense = placeUpright(PROGRAM, ROOM, close.height - 1);
  assert.ok(close.boxes.some(({ lines }) => lines.length > 1));
  assert.ok(dense.height < close.height && close.height < places.height);
  assert.deepEqual(
    dense.boxes.map(({ key }) => key),
    places.boxes.map(({ key }) => key),
  );
  for (const one of dense.boxes) assert.ok(one.y + one.height <= dense.height && one.lines.length === 1);
  assert.deepEqual(placeUpright(PROGRAM, ROOM, places.height), places);
});

test("where it would not be seen whole, what comes from the user takes one line", () => {
  const [wide, dense] = [places, placeUpright(PROGRAM, ROOM, places.height - 1)].map(({ boxes }) =>
    boxes.find(({ kind }) => kind === "input"),
  );
  assert.ok(wide && dense && dense.height < wide.height / 2);
});

test("a program runs from left to right where it is seen whole so, or else where more of it is", () => {
  const across = placeProgram(PROGRAM, 1000);
  const upright = placeUpright(PROGRAM, 1000, 0);
  assert.ok(upright.height < across.height);
  const inRoom = (width: number, height: number) => placeIn({ width, height }, PROGRAM).height;
  assert.equal(inRoom(1000, across.height), across.height);
  assert.equal(inRoom(1000, across.height - 1), placeUpright(PROGRAM, 1000, across.height - 1).height);
  assert.notEqual(inRoom(500, across.height), across.height);
});
