// A program as the kernel describes it, for tests: clients run `f` on what they have, and the server adds it up.

import type { Program, ProgramStep } from "../model/program";

const STEP: ProgramStep = {
  node: 1,
  title: "f",
  written_as: "federated_map",
  line: 3,
  variable: "",
  crosses_to: "",
  takes: { lane: "clients", column: 1, row: 0 },
  gives: { lane: "clients", column: 1, row: 0 },
  values: ["1", "2", "3"],
  wrong: 0,
  done: 3,
  failed: 0,
  cancelled: 0,
  running: 0,
  elapsed: 2e6,
  work: 3e6,
  letters: 0,
  size: 0,
  is_sealed: false,
};

export const PROGRAM: Program = {
  interrupted: "",
  scope: [],
  answers: { clients: "3 done" },
  whole: [["time", "2 ms"]],
  sentence: [
    ["3 clients", "clients"],
    [" each ran f.", ""],
  ],
  inputs: [{ name: "x", lane: "clients", column: 0, row: 0 }],
  steps: [
    STEP,
    {
      ...STEP,
      node: 4,
      title: "federated_sum",
      written_as: "federated_sum",
      crosses_to: "server",
      takes: { lane: "clients", column: 2, row: 0 },
      gives: { lane: "server", column: 2, row: 0 },
      values: ["6"],
      done: 1,
      letters: 3,
      size: 12,
    },
  ],
  results: [{ name: "", value: "6", lane: "server", column: 3, row: 0 }],
  flows: [
    ["i0", "s0"],
    ["s0", "s1"],
    ["s1", "r0"],
  ],
  lanes: ["server", "clients", ""],
  num_columns: 4,
  num_rows: [1, 1, 0],
};
