// What is selected, as a part of the address of a page: `#round=5&client=7`. Rounds count from 1, as they are shown.

import type { Kind, Part, PartOf } from "./selection";

type Words = { [K in Kind]: (part: PartOf<K>) => string };
type Readers = { [K in Kind]: (numbers: number[]) => PartOf<K> | null };

const NUMBERS = /^\d+(\.\d+)?(-\d+(\.\d+)?)*$/;
/** Rounds are called as people call one. */
const ROUND = "round";

const WORDS: Words = {
  rounds: ({ from, to }) => (from === to ? String(from + 1) : `${from + 1}-${to + 1}`),
  time: ({ range }) => range.map((moment) => Number(moment.toFixed(6))).join("-"),
  line: ({ function: number, line }) => `${number}-${line}`,
  node: ({ node }) => String(node),
  executor: ({ layers }) => layers.join("-"),
  client: ({ client }) => String(client),
  crossing: ({ node, client }) => (client < 0 ? String(node) : `${node}-${client}`),
  span: ({ span }) => String(span),
};

const READERS: Readers = {
  rounds: ([from = 0, to = from]) => (from >= 1 && to >= from ? { kind: "rounds", from: from - 1, to: to - 1 } : null),
  time: ([from, to]) => (from !== undefined && to !== undefined ? { kind: "time", range: [from, to] } : null),
  line: ([number, line]) =>
    number !== undefined && line !== undefined ? { kind: "line", function: number, line } : null,
  node: ([node]) => (node === undefined ? null : { kind: "node", node }),
  executor: (layers) => (layers.length === 0 ? null : { kind: "executor", layers }),
  client: ([client]) => (client === undefined ? null : { kind: "client", client }),
  crossing: ([node, client = -1]) => (node === undefined ? null : { kind: "crossing", node, client }),
  span: ([span]) => (span === undefined ? null : { kind: "span", span }),
};

/** Returns parts as an address says them, without the number sign. */
export function addressOf(parts: readonly Part[]): string {
  const nameOf = (kind: Kind) => (kind === "rounds" ? ROUND : kind);
  return parts.map((part) => `${nameOf(part.kind)}=${(WORDS[part.kind] as (part: Part) => string)(part)}`).join("&");
}

/** Returns the parts that an address says; what it says wrongly is left out. */
export function partsOf(address: string): Part[] {
  return [...new URLSearchParams(address.replace(/^#/, ""))].flatMap(([name, text]) => {
    const read = READERS[(name === ROUND ? "rounds" : name) as Kind] as
      ((numbers: number[]) => Part | null) | undefined;
    const numbers = text.split("-").map(Number);
    return read !== undefined && NUMBERS.test(text) ? (read(numbers) ?? []) : [];
  });
}
