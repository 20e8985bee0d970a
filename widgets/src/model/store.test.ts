import assert from "node:assert/strict";
import { test } from "node:test";
import { barAt, layOut } from "./lanes";
import { type Batch, type Description, FLOAT_COLUMNS, INT_COLUMNS, type Request } from "./messages";
import { CLIENT_RUNNING, DONE, FAILED, SLOW, WAITING } from "./clients";
import { groups } from "./layers";
import { TraceStore } from "./store";
import { count, dataSize, duration } from "./units";

type Row = Partial<Record<(typeof INT_COLUMNS)[number] | (typeof FLOAT_COLUMNS)[number], number>>;

export function batchOf(rows: Row[], running = 0, description: Description = {}, now = 10): [Batch, ArrayBuffer[]] {
  const ints = new Int32Array(rows.length * INT_COLUMNS.length);
  const floats = new Float64Array(rows.length * FLOAT_COLUMNS.length);
  INT_COLUMNS.forEach((name, k) => {
    rows.forEach((row, n) => {
      ints[k * rows.length + n] = row[name] ?? (name === "outcome" ? 0 : -1);
    });
  });
  FLOAT_COLUMNS.forEach((name, k) => {
    rows.forEach((row, n) => {
      floats[k * rows.length + n] = row[name] ?? 0;
    });
  });
  const batch: Batch = {
    kind: "batch",
    reset: false,
    running,
    count: rows.length,
    now,
    dropped: 0,
    finished: false,
    description,
  };
  return [batch, [ints.buffer, floats.buffer]];
}

const DESCRIPTION: Description = {
  executors: [
    { name: "EagerTFExecutor", role: "clients 0-1", placement: "clients", first_client: 0, num_clients: 2, parent: -1 },
  ],
  nodes: [{ parent: -1, kind: "Call", label: "call federated_map", type: "", edge: "" }],
  invocations: [{ span: 0, name: "f", root: 0, num_clients: 3 }],
  threads: ["main"],
};

test("totals grow as spans end and running calls are counted apart", () => {
  const store = new TraceStore();
  store.receive(
    ...batchOf(
      [
        { id: 0, operation: 0 },
        { id: 1, parent: 0, invocation: 0, layer: 0, client: 0, node: 0 },
      ],
      2,
      DESCRIPTION,
    ),
  );
  assert.equal(store.layers.running[0], 1);
  assert.equal(store.layers.calls[0], 0);
  assert.deepEqual(Array.from(store.clients.states.slice(0, 3)), [CLIENT_RUNNING, WAITING, WAITING]);
  store.receive(
    ...batchOf([
      { id: 1, parent: 0, invocation: 0, layer: 0, client: 0, node: 0, self: 2, work: 1, end: 3 },
      { id: 2, parent: 0, invocation: 0, layer: 0, client: 1, node: 0, outcome: 1, self: 1, end: 5 },
    ]),
  );
  assert.equal(store.layers.calls[0], 2);
  assert.equal(store.layers.time[0], 4);
  assert.equal(store.layers.running[0], 0);
  assert.deepEqual(Array.from(store.clients.states.slice(0, 3)), [DONE, FAILED, WAITING]);
});

test("a span that comes twice counts once", () => {
  const store = new TraceStore();
  const rows = [{ id: 0, layer: 0, self: 2, end: 2 }];
  store.receive(...batchOf(rows, 0, DESCRIPTION));
  store.receive(...batchOf(rows));
  assert.equal(store.layers.calls[0], 1);
});

test("clients start anew with every call, and those of each can be asked for", () => {
  const store = new TraceStore();
  const invocations = [
    { span: 0, name: "f", root: 0, num_clients: 3 },
    { span: 5, name: "f", root: 0, num_clients: 2 },
  ];
  store.receive(
    ...batchOf([{ id: 1, invocation: 0, client: 2 }], 0, { ...DESCRIPTION, invocations: [invocations[0]] }),
  );
  assert.deepEqual([store.clients.count, store.clients.totals()[DONE]], [3, 1]);
  store.receive(...batchOf([{ id: 6, invocation: 5, client: 0 }], 0, { invocations }));
  assert.deepEqual([store.clients.count, store.clients.totals()[DONE]], [2, 1]);
  assert.equal(store.clientsOf(0).states[2], DONE);
});

test("a client is slow that was busy for more than twice the median", () => {
  const store = new TraceStore();
  const rows = Array.from({ length: 10 }, (_, client) => ({
    id: client,
    invocation: 0,
    client,
    self: client === 7 ? 90 : 20,
  }));
  store.receive(...batchOf(rows));
  assert.equal(store.clients.stateOf(7), SLOW);
  assert.equal(store.clients.totals()[DONE], 9);
});

test("brushing limits what is told of executors, AST nodes and clients", () => {
  const store = new TraceStore();
  const rows = [0, 1, 2].map((n) => ({ id: n, layer: 0, node: 0, client: n, start: 10 * n, end: 10 * n + 5, self: 1 }));
  store.receive(...batchOf(rows, 0, DESCRIPTION));
  store.brush([8, 17]);
  assert.equal(store.layers.calls[0], 1);
  assert.equal(store.asts.calls[0], 1);
  assert.deepEqual(
    [0, 1, 2].map((client) => store.wasAtWork(client)),
    [false, true, false],
  );
  store.clearSelection();
  assert.equal(store.layers.calls[0], 3);
});

test("searching goes from span to span, and around", () => {
  const store = new TraceStore();
  store.receive(...batchOf([{ id: 0, client: 1 }, { id: 1 }, { id: 2, client: 1 }], 0, DESCRIPTION));
  assert.equal(store.nextMatch(-1), -1);
  store.search("client 1");
  assert.deepEqual(
    [-1, 0, 2].map((span) => store.nextMatch(span)),
    [0, 2, 0],
  );
});

test("the first error is told where it arose, not where it passed", () => {
  const store = new TraceStore();
  assert.equal(store.firstError, -1);
  const rows = [{ id: 0 }, { id: 1, parent: 0 }, { id: 2, parent: 1, client: 1 }, { id: 3, parent: 0, client: 4 }];
  store.receive(...batchOf(rows, 0, { errors: { 0: "a", 1: "a", 2: "a", 3: "b" } }));
  assert.equal(store.firstError, 2);
  assert.deepEqual(
    [1, 4, 5].map((client) => store.firstErrorOf(client, store.ints.invocation[0])),
    [2, 3, -1],
  );
});

test("executors alike, side by side, are one group", () => {
  const executor = { role: "", placement: "clients", first_client: 0, num_clients: 1 };
  const children = [1, 2, 3, 4].map((n) => ({ ...executor, name: "A", role: `clients ${n}`, parent: 0 }));
  const [top] = groups([{ ...executor, name: "Top", parent: -1 }, ...children, { ...executor, name: "B", parent: 0 }]);
  assert.deepEqual(
    top.below.map((group) => group.layers),
    [[1, 2, 3, 4], [5]],
  );
});

test("columns grow with the numbers of spans", () => {
  const store = new TraceStore();
  store.receive(...batchOf([{ id: 5000, start: 1, end: 2 }]));
  assert.equal(store.count, 5001);
  assert.equal(store.floats.end[5000], 2);
});

test("selecting a span selects its client, executor and AST node", () => {
  const store = new TraceStore();
  let changes = 0;
  store.subscribe(() => {
    changes += 1;
  });
  store.receive(...batchOf([{ id: 0, layer: 0, client: 1, node: 0 }], 0, DESCRIPTION));
  store.select({ span: 0 });
  assert.deepEqual(store.selection, { span: 0, client: 1, layer: 0, node: 0, invocation: -1 });
  assert.equal(store.label(0), "EagerTFExecutor · call federated_map · client 1");
  store.search("MAP");
  assert.equal(store.matches(0), true);
  assert.equal(changes, 3);
});

test("buffers may start anywhere", () => {
  const store = new TraceStore();
  const [batch, buffers] = batchOf([{ id: 0, end: 7 }]);
  const shifted = buffers.map((buffer) => {
    const bytes = new Uint8Array(buffer.byteLength + 3);
    bytes.set(new Uint8Array(buffer), 3);
    return new DataView(bytes.buffer, 3, buffer.byteLength);
  });
  store.receive(batch, shifted);
  assert.equal(store.floats.end[0], 7);
});

test("spans lie below the one around them, and side by side when they overlap", () => {
  const store = new TraceStore();
  store.receive(
    ...batchOf(
      [
        { id: 0, thread: 0, start: 0, end: 10 },
        { id: 1, parent: 0, thread: 0, start: 1, end: 5 },
        { id: 2, parent: 0, thread: 0, start: 2, end: 6 },
        { id: 3, parent: 0, thread: 0, start: 7, end: 8 },
      ],
      0,
      DESCRIPTION,
    ),
  );
  const lanes = layOut(store, "thread");
  assert.deepEqual(lanes.titles, ["main", "", ""]);
  assert.deepEqual(
    lanes.bars.map((bar) => [bar.span, bar.row]),
    [
      [0, 0],
      [1, 1],
      [3, 1],
      [2, 2],
    ],
  );
  assert.equal(barAt(lanes, 1, 7.5, 0)?.span, 3);
  assert.equal(barAt(lanes, 1, 6, 0.1), null);
});

test("numbers are short and have units", () => {
  assert.deepEqual([0.0000005, 0.0125, 1.25, 99.96, 1234].map(duration), [
    "1 ns",
    "12.5 µs",
    "1.25 ms",
    "100 ms",
    "1.23 s",
  ]);
  assert.deepEqual([12, 18720, 2.5e6].map(dataSize), ["12 B", "18.7 kB", "2.50 MB"]);
  assert.equal(count(1234567), "1\u2009234\u2009567");
});

test("the steps of a client are its lowest spans, the longest of them, in order", () => {
  const store = new TraceStore();
  const span = { invocation: 0, layer: 0, node: 0 };
  store.receive(
    ...batchOf(
      [
        { id: 0, operation: 0, invocation: 0 },
        { ...span, id: 1, parent: 0, client: 1, self: 9 },
        { ...span, id: 2, parent: 1, client: 1, self: 1, start: 1 },
        { ...span, id: 3, parent: 1, client: 1, self: 3, start: 3 },
        { ...span, id: 4, parent: 1, client: 1, self: 2, start: 5 },
        { ...span, id: 5, parent: 0, client: 0, self: 7 },
      ],
      0,
      DESCRIPTION,
    ),
  );
  assert.deepEqual(store.stepsOf(1, 0, 2), [3, 4]);
  assert.deepEqual(store.stepsOf(2, 0, 2), []);
});

test("previews are asked for once, when the value is made", () => {
  const requests: Request[] = [];
  const store = new TraceStore((request) => requests.push(request));
  const rows = [{ id: 0 }, { id: 1, outcome: 3 }];
  store.receive(...batchOf(rows, 1, DESCRIPTION));
  store.askForPreviews([0, 1]);
  store.askForPreviews([0, 1]);
  assert.deepEqual(requests, [{ kind: "previews", spans: [0] }]);
  store.receive({ kind: "previews", previews: { 0: "3" } }, []);
  store.receive(...batchOf([{ id: 1 }]));
  store.askForPreviews([0, 1]);
  assert.equal(store.previews[0], "3");
  assert.deepEqual(requests.slice(1), [{ kind: "previews", spans: [1] }]);
});
