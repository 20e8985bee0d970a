import assert from "node:assert/strict";
import { before, test } from "node:test";
import facts from "../../tffsim/views/theme.json";
import { CLIENT_STATES } from "./model/clients";
import { OPERATIONS, OUTCOMES } from "./model/schema";
import { openPage } from "./testing/page";
import { coloursOf, followTheme, variables } from "./theme";

before(() => {
  openPage();
});

test("each operation, outcome and state of a client has its colour, in the order of their numbers", () => {
  assert.deepEqual(Object.keys(facts.operations), OPERATIONS);
  assert.deepEqual(Object.keys(facts.outcomes), OUTCOMES);
  assert.deepEqual(Object.keys(facts.clients), CLIENT_STATES);
});

test("dark colours are those of a dark ground", () => {
  const view = document.createElement("div");
  view.className = "tffsim";
  // Of what is inside a view, too, such as the drawer.
  const element = document.createElement("div");
  view.append(element);
  const light = coloursOf(element);
  view.classList.add("dark");
  const dark = coloursOf(element);
  assert.equal(light.ink, facts.ground.ink.light);
  assert.equal(dark.ink, facts.ground.ink.dark);
  assert.deepEqual([light.clients[5], dark.clients[5]], [facts.clients.failed.light, facts.clients.failed.dark]);
  assert.equal(dark.onClients[2], facts.clients.slow.inkOnDark);
});

test("the style sheet gets every colour of the ground, light and dark", () => {
  const [light = "", dark = ""] = variables().split("}");
  for (const [name, colour] of Object.entries(facts.ground)) {
    assert.ok(light.includes(`--tff-${name}:${colour.light};`), name);
    assert.ok(dark.includes(`--tff-${name}:${colour.dark};`), name);
  }
});

test("a theme is followed until that is stopped", () => {
  const element = document.createElement("div");
  let changes = 0;
  document.body.dataset.jpThemeLight = "false";
  const stop = followTheme(element, () => (changes += 1));
  assert.equal(element.classList.contains("dark"), true);
  assert.equal(changes, 1);
  stop();
  delete document.body.dataset.jpThemeLight;
});
