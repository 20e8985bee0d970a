import assert from "node:assert/strict";
import { test } from "node:test";
import { crossed } from "../testing/crossed";
import { brief, isWrong, lettersOf, openedBy, rowsInSight, sceneOf } from "./crossings";

const MEAN = 7;
const SUM = 9;

function sceneIn(crossings = crossed()) {
  const [scene] = crossings.scenes;
  assert.ok(scene);
  return scene;
}

test("a scene is that of its call, and of a call of which nothing came yet that of the one before", () => {
  const crossings = crossed();
  crossings.scenes.push({ ...sceneIn(crossings), call: 1, invocation: 40 });
  assert.equal(sceneOf(crossings, 0)?.call, 0);
  assert.equal(sceneOf(crossings, 40)?.call, 1);
  assert.equal(sceneOf(crossings, -1)?.call, 1);
  assert.equal(sceneOf(crossings, 99)?.call, 1);
  assert.equal(sceneOf(crossings, 20), undefined);
});

test("a few clients have a row each; of many the first, the extremes, and the one that is asked for", () => {
  assert.equal(rowsInSight(sceneIn(crossed(12)), -1).length, 12);
  const many = sceneIn(crossed(1000));
  assert.deepEqual(
    rowsInSight(many, 500).map(({ client }) => client),
    [0, 1, 2, 500, 999],
  );
});

test("a letter with a number that is none has a row", () => {
  const many = sceneIn(crossed(30));
  const letter = many.rows[17]?.letters[1];
  assert.ok(letter);
  letter.texts = ["nan"];
  assert.ok(isWrong(letter));
  assert.ok(rowsInSight(many, -1).some(({ client }) => client === 17));
  assert.ok(isWrong({ ...letter, texts: ["float32[9]  norm 3  2 NaN"] }));
  assert.ok(!isWrong({ ...letter, texts: ["<banana=1, information=2>"] }));
});

test("an open letter opens as it is, a sealed one as the total that the server gets", () => {
  const crossings = crossed();
  const open = openedBy(crossings, sceneIn(crossings), MEAN, 1);
  assert.deepEqual(open !== "sealed" && [open?.letter.texts, open?.totalOf], [["1"], 0]);
  const sealed = openedBy(crossings, sceneIn(crossings), SUM, 1);
  assert.deepEqual(sealed !== "sealed" && [sealed?.letter.texts, sealed?.totalOf], [["6"], 3]);
});

test("a sealed letter of which there is no total shows nothing", () => {
  const crossings = crossed();
  sceneIn(crossings).totals = [];
  assert.equal(openedBy(crossings, sceneIn(crossings), SUM, 1), "sealed");
  assert.equal(openedBy(crossings, sceneIn(crossings), 33, 1), null);
});

test("letters are turned over client by client", () => {
  const crossings = crossed(2);
  assert.deepEqual(
    lettersOf(crossings, sceneIn(crossings)).map(({ node, client }) => [node, client]),
    [MEAN, SUM].flatMap((node) => [[node, 0]]).concat([MEAN, SUM].map((node) => [node, 1])),
  );
});

test("where there is little room a value is told by what is known of all its numbers", () => {
  assert.equal(brief("<weights=float32[64,10]>  norm 2.5"), "norm 2.5");
  assert.equal(brief("float32[2] [1, 2]  min 1  mean 1.5  max 2"), "min 1 mean 1.5 max 2");
  assert.equal(brief("19"), "19");
});
