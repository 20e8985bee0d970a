// The program of the last call, as `program_summary.py` describes it: boxes in lanes, and what flows between them.

import type { Selection } from "./selection";
import type { StepSums } from "./step_sums";

export interface Place {
  lane: string;
  column: number;
  row: number;
}

export interface ProgramStep {
  node: number;
  title: string;
  written_as: string;
  /** 0 if nobody knows it. */
  line: number;
  variable: string;
  /** Where values go in it: `server`, `clients`, or nowhere. */
  crosses_to: string;
  takes: Place;
  gives: Place;
  /** What it made, in short: of the first clients, or of the server. */
  values: string[];
  /** Whether NaN or an infinite number came out of it, and none went in. */
  /** How many of the values that it made are none or infinite, of numbers that were. */
  wrong: number;
  done: number;
  failed: number;
  cancelled: number;
  running: number;
  /** Nanoseconds. */
  elapsed: number;
  work: number;
  letters: number;
  size: number;
  is_sealed: boolean;
}

export interface ProgramEnd extends Place {
  name: string;
}

export interface ProgramResult extends ProgramEnd {
  /** Empty if it was not returned. */
  value: string;
}

export interface Program {
  /** Pairs of a text and how it is set. */
  sentence: [string, string][];
  /** What its numbers are of, at length and shortly; nothing if that is clear. */
  scope: string[];
  /** How far an interrupted run had come; else empty. */
  interrupted: string;
  /** A few words for the tabs of panels, by the names of these. */
  answers: Record<string, string>;
  /** What is told of the whole run: names and texts. */
  whole: [string, string][];
  inputs: ProgramEnd[];
  steps: ProgramStep[];
  results: ProgramResult[];
  /** From box to box: `i0` is the first input, `s0` the first step, `r0` the first result. */
  flows: [string, string][];
  lanes: string[];
  num_columns: number;
  num_rows: number[];
}

/** Returns a program with the numbers of what is selected, and of the moment that is shown. */
export function programOfPart(program: Program, sums: StepSums, selection: Selection): Program {
  const isOver = selection.moment === null;
  const counted = program.steps.map((step) => ({
    nodes: [step.node],
    atClients: step.gives.lane === "clients" && step.crosses_to === "",
  }));
  const found = sums.of(counted);
  const steps = program.steps.map((step, k) => {
    const { runs = 0, failed = 0, cancelled = 0, running = 0, elapsed = 0, letters = 0 } = found[k] ?? {};
    return {
      ...step,
      done: runs - failed - cancelled - running,
      failed,
      cancelled,
      running,
      elapsed: step.elapsed > 0 ? elapsed * 1e6 : 0,
      letters,
      size: step.letters > 0 ? (step.size * letters) / step.letters : 0,
      values: isOver ? step.values : [],
    };
  });
  const results = program.results.map((result) => ({ ...result, value: isOver ? result.value : "" }));
  return { ...program, steps, results };
}
