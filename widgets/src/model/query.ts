// What somebody may look for, as it is typed: `client 7`, `nan`, `slow`, `line 4`, `> 100 ms`, `executor:Sequence`.

import { TIMES } from "./schema";

export type Query =
  | { kind: "nothing" }
  /** One thing of a kind, by its number. */
  | { kind: "number"; of: "client" | "round" | "line" | "span" | "node"; number: number }
  /** Spans that took longer, or less long, in milliseconds. */
  | { kind: "time"; isLonger: boolean; milliseconds: number }
  /** Numbers that are none, or infinite. */
  | { kind: "wrong"; text: string }
  /** Clients in a state. */
  | { kind: "state"; state: string }
  /** Executors, or steps of the program, by a part of their names. */
  | { kind: "name"; of: "executor" | "step" | ""; text: string };

const WRONG = ["nan", "inf", "-inf"];
const STATES = ["slow", "failed", "running", "cancelled", "waiting", "done"];
const NUMBER = /^(client|round|line|span|node)[ :]*(\d+)$/;
const TIME = /^([<>])=?\s*(\d+(?:\.\d+)?)\s*(s|ms|us|µs|ns)?$/;
const NAME = /^(executor|step)\s*:\s*(.*)$/;
const NANOSECONDS = 1e6;

export function queryOf(typed: string): Query {
  const text = typed.trim().toLowerCase();
  if (text === "") return { kind: "nothing" };
  if (WRONG.includes(text)) return { kind: "wrong", text };
  if (STATES.includes(text)) return { kind: "state", state: text };
  const [, of, number] = NUMBER.exec(text) ?? [];
  if (of !== undefined) return { kind: "number", of: of as "client", number: Number(number) };
  const [, sign, amount, unit = "ms"] = TIME.exec(text) ?? [];
  if (sign !== undefined) return { kind: "time", isLonger: sign === ">", milliseconds: Number(amount) * sizeOf(unit) };
  const [, named, part = ""] = NAME.exec(text) ?? [];
  if (named !== undefined) return { kind: "name", of: named as "executor", text: part };
  return { kind: "name", of: "", text };
}

function sizeOf(unit: string): number {
  const nanoseconds = TIMES.find(([name]) => name === unit.replace("us", "µs"))?.[1] ?? 0;
  return nanoseconds / NANOSECONDS;
}
