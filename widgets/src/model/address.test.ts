import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, partsOf } from "./address";
import type { Part } from "./selection";

const ADDRESSES: [address: string, parts: Part[]][] = [
  ["", []],
  ["client=7", [{ kind: "client", client: 7 }]],
  [
    "round=5&client=16",
    [
      { kind: "rounds", from: 4, to: 4 },
      { kind: "client", client: 16 },
    ],
  ],
  ["round=2-4", [{ kind: "rounds", from: 1, to: 3 }]],
  ["time=1.25-30", [{ kind: "time", range: [1.25, 30] }]],
  ["line=2-14", [{ kind: "line", function: 2, line: 14 }]],
  ["node=3", [{ kind: "node", node: 3 }]],
  ["executor=2-5-8", [{ kind: "executor", layers: [2, 5, 8] }]],
  ["crossing=3", [{ kind: "crossing", node: 3, client: -1 }]],
  ["crossing=3-0", [{ kind: "crossing", node: 3, client: 0 }]],
  ["span=1234", [{ kind: "span", span: 1234 }]],
];

for (const [address, parts] of ADDRESSES) {
  test(`an address says #${address}`, () => {
    assert.equal(addressOf(parts), address);
    assert.deepEqual(partsOf(`#${address}`), parts);
  });
}

test("what an address says wrongly is left out", () => {
  for (const wrong of ["client=x", "client=", "client=-1", "round=0", "round=4-2", "time=3", "nothing=1", "%%%"])
    assert.deepEqual(partsOf(`#${wrong}&node=1`), [{ kind: "node", node: 1 }], wrong);
});
