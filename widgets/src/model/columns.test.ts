import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, type Row } from "../testing/batches";
import { type Arrived, Columns } from "./columns";
import { OUTCOME } from "./schema";

function read(columns: Columns, rows: Row[], running = 0): Arrived {
  return columns.read(...batchOf(rows, running));
}

test("each column keeps its own numbers", () => {
  const columns = new Columns();
  const names = { parent: 1, invocation: 2, layer: 3, operation: 4, client: 5, node: 6, thread: 7, worker: 8 };
  read(columns, [
    { id: 0 },
    { id: 1, ...names, outcome: 2, start: 0.5, end: 9, self_time: 2, queue_time: 3, worker_time: 4 },
  ]);
  for (const [name, number] of Object.entries(names)) {
    assert.equal(columns[name as keyof typeof names](1), number, name);
    assert.equal(columns[name as keyof typeof names](0), -1, name);
  }
  assert.equal(columns.outcome(1), OUTCOME.cancelled);
  assert.deepEqual([columns.start(1), columns.end(1), columns.queue(1), columns.work(1)], [0.5, 9, 3, 4]);
  assert.equal(columns.ownTime(1), 6);
});

test("NaN is a number, and no number is none", () => {
  const columns = new Columns();
  read(columns, [
    { id: 0, scalar: Number.NaN },
    { id: 1 },
    { id: 2, scalar: -2.5 },
    { id: 3, scalar: Number.NEGATIVE_INFINITY },
  ]);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((span) => columns.scalar(span)),
    [NaN, undefined, -2.5, -Infinity, undefined],
  );
  read(columns, [{ id: 2 }, { id: 4, scalar: 0 }]);
  assert.deepEqual(
    [2, 4].map((span) => columns.scalar(span)),
    [undefined, 0],
  );
});

test("columns grow with the numbers of spans, and keep what they held", () => {
  const columns = new Columns();
  read(columns, [{ id: 3, client: 7, end: 1 }]);
  read(columns, [{ id: 5000, start: 1, end: 2 }]);
  assert.equal(columns.count, 5001);
  assert.deepEqual([columns.end(5000), columns.end(3), columns.client(3)], [2, 1, 7]);
  assert.equal(columns.isKnown(4999), false);
});

test("a span that did not come is unknown, and belongs to nothing", () => {
  const columns = new Columns();
  read(columns, [{ id: 2 }]);
  for (const span of [0, 1, 3, -1, 100_000]) {
    assert.equal(columns.isKnown(span), false);
    assert.deepEqual([columns.client(span), columns.parent(span), columns.ownTime(span)], [-1, -1, 0]);
  }
});

test("the last spans of a batch are under way, whatever outcome they bring", () => {
  const columns = new Columns();
  const arrived = read(columns, [{ id: 0 }, { id: 1 }, { id: 2, outcome: 0 }], 2);
  assert.deepEqual(arrived, { ended: [0], open: [1, 2] });
  assert.deepEqual(
    [0, 1, 2].map((span) => columns.isRunning(span)),
    [false, true, true],
  );
});

test("a span ends once, even if it comes again", () => {
  const columns = new Columns();
  read(columns, [{ id: 0 }, { id: 1 }], 1);
  assert.deepEqual(read(columns, [{ id: 0 }, { id: 1 }]).ended, [1]);
  assert.deepEqual(read(columns, [{ id: 0 }, { id: 1 }]).ended, []);
});

test("after clearing, spans come as if for the first time", () => {
  const columns = new Columns();
  read(columns, [{ id: 0 }, { id: 1 }]);
  const { version } = columns;
  columns.clear();
  assert.equal(columns.count, 0);
  assert.ok(columns.version > version);
  assert.equal(columns.isKnown(1), false);
  assert.deepEqual(read(columns, [{ id: 1 }]).ended, [1]);
});

test("buffers may start anywhere", () => {
  const columns = new Columns();
  const [batch, buffers] = batchOf([{ id: 0, end: 7 }]);
  const shifted = buffers.map((buffer) => {
    const bytes = new Uint8Array(buffer.byteLength + 3);
    bytes.set(new Uint8Array(buffer), 3);
    return new DataView(bytes.buffer, 3, buffer.byteLength);
  });
  columns.read(batch, shifted);
  assert.equal(columns.end(0), 7);
});

test("a batch without spans needs no buffers, and one with spans does", () => {
  const columns = new Columns();
  assert.deepEqual(columns.read({ count: 0, running: 0 }, []), { ended: [], open: [] });
  assert.throws(() => columns.read({ count: 1, running: 0 }, []), /without its columns/);
});

test("the first child is the first span that began inside", () => {
  const columns = new Columns();
  read(columns, [{ id: 0 }, { id: 1, parent: 0 }, { id: 2, parent: 1 }, { id: 3, parent: 0 }]);
  assert.deepEqual(
    [-1, 0, 1, 3].map((span) => columns.firstChild(span)),
    [0, 1, 2, -1],
  );
});
