import assert from "node:assert/strict";
import { test } from "node:test";

import { PROGRAM } from "../testing/programs";
import { BOX_HEIGHT, placeProgram, WALL_HEIGHT } from "./program_places";

const ROOM = 800;
const places = placeProgram(PROGRAM, ROOM);
const wall = places.wall ?? assert.fail("no wall");

function box(key: string) {
  const found = places.boxes.find((one) => one.key === key);
  assert.ok(found, key);
  return found;
}

test("the server is above the clients, and the wall lies between", () => {
  const [server, clients] = places.lanes;
  assert.equal(server?.placement, "server");
  assert.equal(wall.y, (server?.y ?? 0) + (server?.height ?? 0));
  assert.equal(clients?.y, wall.y + WALL_HEIGHT);
});

test("a step in which values cross has a half on each side, joined by a pipe through the wall", () => {
  const [takes, gives] = [box("h1"), box("s1")];
  assert.ok(gives.y + BOX_HEIGHT < wall.y && takes.y > wall.y);
  const [pipe] = places.pipes;
  assert.deepEqual(
    pipe?.points.map(([, y]) => y),
    [takes.y, gives.y + BOX_HEIGHT],
  );
  assert.match(pipe?.text ?? "", /↑ 3 · 12 B/);
});

test("values flow from left to right, into the half that takes them", () => {
  for (const { points } of places.ways) {
    const xs = points.map(([x]) => x);
    assert.deepEqual(
      xs,
      [...xs].sort((a, b) => a - b),
    );
  }
  const [, toSum] = places.ways;
  assert.deepEqual(toSum?.points.at(-1), [box("h1").x, box("h1").y + BOX_HEIGHT / 2]);
});

test("the picture fills its room, and its result stands at the right", () => {
  assert.equal(places.width, ROOM);
  const result = box("r0");
  assert.ok(result.x + result.width <= ROOM && result.x > box("s1").x + box("s1").width);
});

test("no box is narrower for little room: the picture is wider instead", () => {
  const narrow = placeProgram(PROGRAM, 100);
  assert.ok(narrow.width > 100);
  assert.deepEqual(
    narrow.boxes.map(({ width }) => width),
    places.boxes.map(({ width }) => width),
  );
});

test("a result that was not returned is none", () => {
  const failed = placeProgram(
    { ...PROGRAM, results: PROGRAM.results.map((result) => ({ ...result, value: "" })) },
    ROOM,
  );
  assert.deepEqual(failed.boxes.find(({ key }) => key === "r0")?.lines, ["no result"]);
});

test("a box says how many clients were done, and how many failed", () => {
  const steps = PROGRAM.steps.map((step, k) =>
    k === 0 ? { ...step, done: 2, failed: 1, wrong: 3, cancelled: 1 } : step,
  );
  const [, lines] = placeProgram({ ...PROGRAM, steps }, ROOM).boxes.find(({ key }) => key === "s0")?.lines ?? [];
  assert.match(lines ?? "", /✕ 1 failed · ◆ 3 · 1 cancelled · 2 done/);
});
