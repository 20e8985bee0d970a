// What two clients made, as the kernel describes it, for tests.

import type { Measure } from "../model/measures";

export const MEASURE: Measure = {
  name: "train",
  is_norm: true,
  invocation: 5,
  numbers: [2, 4],
  history: [[1, 3]],
  distances: [1, 1],
  cells: [
    [0, 1],
    [2, 3],
  ],
  grid: [1, 2],
  is_sampled: false,
  examples: [37, null],
};
