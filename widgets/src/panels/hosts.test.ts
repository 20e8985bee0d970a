import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openPage } from "../testing/page";
import { Hosts } from "./hosts";

const LOST = {
  head: "✕ worker lab:9",
  health: "lost",
  facts: ["lost at 60 ns", "clients 10–19"],
  share: 0.25,
  lines: ["↓ 7 B", "clients 10–19 ran again at lab:10"],
  detail: "<b>connection reset</b>",
};

before(() => {
  openPage();
});

test("a host is a box with its health, its clients and its share of the time", () => {
  const hosts = new Hosts();
  hosts.show([LOST, { ...LOST, head: "✓ worker lab:10", health: "serving", share: 1 }]);
  const [lost, serving] = [...hosts.root.children] as HTMLElement[];
  assert.ok(lost !== undefined && serving !== undefined);
  assert.ok(lost.classList.contains("lost") && serving.classList.contains("serving"));
  assert.equal(lost.querySelector<HTMLElement>(".fill")?.style.width, "25%");
  for (const text of ["✕ worker lab:9", ...LOST.facts, ...LOST.lines]) assert.ok(lost.textContent.includes(text), text);
  assert.equal(lost.title, LOST.detail);
});

test("what has not changed is not drawn again", () => {
  const hosts = new Hosts();
  hosts.show([LOST]);
  const box = hosts.root.firstChild;
  hosts.show([{ ...LOST }]);
  assert.equal(hosts.root.firstChild, box);
  hosts.show([]);
  assert.equal(hosts.root.children.length, 0);
});
