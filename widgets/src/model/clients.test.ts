import assert from "node:assert/strict";
import { test } from "node:test";
import { CANCELLED, CLIENT_RUNNING, Clients, DONE, FAILED, SLOW, WAITING } from "./clients";
import { OUTCOME } from "./schema";

const span = (client: number, busy: number, outcome: number = OUTCOME.ok, start = 0) => ({
  client,
  start,
  end: start + busy,
  busy,
  outcome,
  warmUp: 0,
});
const clientsOf = (...spans: ReturnType<typeof span>[]) => {
  const clients = new Clients();
  for (const each of spans) clients.add(each);
  clients.setRunning([]);
  return clients;
};

test("a client waits until something is done for it", () => {
  const clients = clientsOf(span(1, 2));
  assert.deepEqual([clients.stateOf(0), clients.stateOf(1)], [WAITING, DONE]);
  assert.deepEqual([clients.hasBegun(0), clients.hasBegun(1), clients.hasBegun(99)], [false, true, false]);
});

test("a client runs while a span of it is under way, and has done what it did", () => {
  const clients = clientsOf(span(0, 2), span(1, 2));
  clients.setRunning([span(1, 0)]);
  assert.deepEqual([clients.stateOf(0), clients.stateOf(1)], [DONE, CLIENT_RUNNING]);
  clients.setRunning([]);
  assert.equal(clients.stateOf(1), DONE);
});

test("a client whose work waits for a thread waits for its turn; what has run so far counts", () => {
  const clients = clientsOf(span(0, 2), span(1, 2));
  clients.setRunning([span(0, 5), span(1, 1), { ...span(1, 0), isQueued: true }]);
  assert.deepEqual([clients.stateOf(0), clients.stateOf(1)], [CLIENT_RUNNING, WAITING]);
  assert.deepEqual([clients.busyOf(0), clients.busyOf(1)], [7, 3]);
  clients.setRunning([span(1, 4)]);
  assert.deepEqual([clients.stateOf(0), clients.stateOf(1)], [DONE, CLIENT_RUNNING]);
  assert.deepEqual([clients.busyOf(0), clients.busyOf(1)], [2, 6]);
});

test("a failure stays, whatever comes after it; a cancelled client may still fail", () => {
  const clients = clientsOf(span(0, 1, OUTCOME.error), span(1, 1, OUTCOME.cancelled));
  clients.add(span(0, 1, OUTCOME.cancelled));
  clients.add(span(0, 1));
  clients.setRunning([span(0, 1)]);
  assert.deepEqual([clients.stateOf(0), clients.stateOf(1)], [FAILED, CANCELLED]);
  clients.add(span(1, 1, OUTCOME.error));
  assert.equal(clients.stateOf(1), FAILED);
});

test("a client is slow that was busy for more than twice the median", () => {
  const clients = clientsOf(...Array.from({ length: 10 }, (_, client) => span(client, client === 7 ? 90 : 20)));
  assert.equal(clients.stateOf(7), SLOW);
  assert.equal(clients.totals()[DONE], 9);
});

test("nobody is slow among few, or by a time that nobody notices", () => {
  const few = clientsOf(...Array.from({ length: 7 }, (_, client) => span(client, client === 0 ? 900 : 20)));
  const fast = clientsOf(...Array.from({ length: 10 }, (_, client) => span(client, client === 0 ? 9 : 2)));
  assert.equal(few.totals()[SLOW], 0);
  assert.equal(fast.totals()[SLOW], 0);
});

test("times go from the first start to the last end, and busy is the sum", () => {
  const clients = clientsOf(span(0, 2, OUTCOME.ok, 5), span(0, 1, OUTCOME.ok, 3), span(1, 4));
  assert.deepEqual([clients.busyOf(0), clients.lengthOf(0), clients.mostBusy], [3, 4, 4]);
});

test("there is room for as many clients as come", () => {
  const clients = clientsOf(span(2, 1));
  clients.reserve(1000);
  clients.add(span(5000, 3));
  assert.equal(clients.count, 5001);
  assert.deepEqual([clients.busyOf(2), clients.busyOf(5000), clients.stateOf(4000)], [1, 3, WAITING]);
  assert.equal(new Clients().mostBusy, 0);
});

test("who made a function of TensorFlow ready is not slow by that, and nobody else is by comparison", () => {
  const clients = new Clients();
  for (let client = 0; client < 10; client++) {
    const warmUp = client < 2 ? 360 : 0;
    clients.add({ ...span(client, warmUp || 1), warmUp });
    clients.add(span(client, client === 1 ? 90 : 20));
  }
  clients.setRunning([]);
  assert.deepEqual([clients.stateOf(0), clients.stateOf(1), clients.stateOf(2)], [DONE, SLOW, DONE]);
  assert.deepEqual([clients.warmUpOf(0), clients.warmUpOf(2)], [360, 0]);
});

test("a client whose turn never came waits while the call is under way, and was not started when it is over", () => {
  const clients = clientsOf(span(1, 2));
  assert.equal(clients.nameOf(clients.stateOf(0)), "waiting");
  clients.isOver = true;
  assert.equal(clients.nameOf(clients.stateOf(0)), "not started");
  assert.equal(clients.nameOf(clients.stateOf(1)), "done");
});
