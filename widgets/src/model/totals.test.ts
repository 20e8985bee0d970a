import assert from "node:assert/strict";
import { test } from "node:test";
import { Totals } from "./totals";

test("calls and times are summed by key, and of what never ran is nothing", () => {
  const totals = new Totals();
  totals.add(2, 1.5);
  totals.add(2, 0.5);
  totals.add(0, 1);
  assert.deepEqual(totals.of(2), { calls: 2, time: 2, running: 0 });
  assert.deepEqual(totals.of(7), { calls: 0, time: 0, running: 0 });
  assert.equal(totals.all.calls, 3);
});

test("what belongs to no key counts nowhere", () => {
  const totals = new Totals();
  totals.add(-1, 5);
  totals.start(-1);
  assert.equal(totals.all.calls, 0);
  assert.deepEqual(totals.of(-1), { calls: 0, time: 0, running: 0 });
});

test("what is under way is said anew each time, and is no call yet", () => {
  const totals = new Totals();
  for (const key of [1, 1, 2]) totals.start(key);
  totals.stop();
  totals.start(2);
  assert.deepEqual(
    [1, 2].map((key) => totals.of(key).running),
    [0, 1],
  );
  assert.equal(totals.all.calls, 0);
});
