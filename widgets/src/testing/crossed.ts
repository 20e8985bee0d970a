// What crossed in a small run, for tests: a mean of clients 0 to n - 1, in the open, and a secure sum.

import type { ClientRow, Crossings, Letter } from "../model/crossings";

const MEAN = 7;
const SUM = 9;

export function crossed(numClients = 3): Crossings {
  const letter = (kind: number, span: number, text: string): Letter => ({
    ...{ kind, form: 0, span, size: 4 },
    ...{ texts: [text], bytes: ["00 00 98 41"] },
  });
  const rows = Array.from({ length: numClients }, (_, client): ClientRow => {
    const letters = [letter(1, 10 + client, String(client)), letter(2, 50 + client, String(2 * client))];
    return { client, holds: `<${client}>`, held: 4 * client, letters };
  });
  const bar = (name: string, node: number, direction: string, visibility: string) => ({
    ...{ name, detail: "3 values", node, line: 4, direction, visibility },
    ...{ letters: numClients, size: 4 * numClients, sizes: [4 * numClients] },
  });
  return {
    bars: [
      bar("caller → clients", -1, "caller to clients", "caller"),
      bar("federated_mean", MEAN, "clients to server", "individual"),
      bar("federated_secure_sum", SUM, "clients to server", "aggregate"),
    ],
    ...{ num_calls: 1, plain: 12, ratio: 2 },
    scenes: [
      {
        ...{ call: 0, invocation: 0, num_clients: numClients, kinds: [0, 1, 2], rows, shared: [] },
        totals: [
          { kind: 1, count: numClients, letter: letter(1, 90, "1") },
          { kind: 2, count: numClients, letter: letter(2, 91, "6") },
        ],
        ...{ held: 12, up: 24, down: 0, puts_in: "", each: "each client: ↑ 8 B" },
      },
    ],
    forms: [{ paths: ["value"], types: ["float32"] }],
    warnings: [],
    said: ["A simulation encrypts nothing."],
  };
}
