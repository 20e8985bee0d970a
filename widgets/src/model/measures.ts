// What clients made, as `client_tiles.py` tells it: numbers that are compared, and their scale of colours.

/** A part of what a function made at each client; null where there is no finite number. */
export interface Measure {
  name: string;
  /** Whether numbers are norms of arrays. */
  is_norm: boolean;
  /** The root span of the call. */
  invocation: number;
  numbers: (number | null)[];
  /** The numbers of the calls before. */
  history: (number | null)[][];
  /** How far each is from the mean of all. */
  distances: (number | null)[];
  /** Numbers of the array of each client, row by row. */
  cells: (number | null)[][];
  grid: number[];
  is_sampled: boolean;
  /** How many examples each client had; null where that is not known, and empty if it is of none. */
  examples: (number | null)[];
}

export type Span = readonly [least: number, most: number];

/** The least and the greatest of some numbers; both 0 if there are none. */
export function spanOf(numbers: readonly (number | null)[]): Span {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of numbers) {
    if (number === null) continue;
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  return least > most ? [0, 0] : [least, most];
}

/** Which of some steps a number is on, of a scale from the least to the greatest. */
export function stepOf(number: number, [least, most]: Span, steps: number): number {
  if (most <= least) return steps >> 1;
  return Math.max(0, Math.min(steps - 1, Math.floor(((number - least) / (most - least)) * steps)));
}

/** Into how many parts a scale is divided, at most so many: of few whole numbers each has its own, of one number there is one. */
export function binsOf(numbers: readonly (number | null)[], [least, greatest]: Span, most: number): number {
  const whole = greatest - least + 1;
  return whole <= most && numbers.every((number) => number === null || Number.isInteger(number)) ? whole : most;
}

/** How many numbers are in each part of a scale. */
export function histogramOf(numbers: readonly (number | null)[], span: Span, bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  for (const number of numbers) {
    if (number === null) continue;
    const bin = stepOf(number, span, bins);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** The number in the middle of all; null if there is none. */
export function medianOf(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null).sort((a, b) => a - b);
  return known[known.length >> 1] ?? null;
}

/** The places of numbers, from the greatest to the least; what is no number comes last. */
export function greatestFirst(numbers: readonly (number | null | undefined)[]): number[] {
  const known = numbers.map((number) => number ?? Number.NEGATIVE_INFINITY);
  return [...known.keys()].sort((one, other) => (known[other] ?? 0) - (known[one] ?? 0) || one - other);
}

/** The mean of all; null if there is none. */
export function meanOf(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length > 0 ? known.reduce((sum, number) => sum + number, 0) / known.length : null;
}

/** The differences of two rows of numbers, and how large they are all together. */
export function differenceOf(one: readonly (number | null)[], other: readonly (number | null)[]): number[] {
  return one.map((number, k) => (number ?? Number.NaN) - (other[k] ?? Number.NaN));
}

export function normOf(numbers: readonly number[]): number {
  return Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
}

/** A number with four digits. */
export function written(number: number | null): string {
  return number === null || Number.isNaN(number) ? "–" : String(Number(number.toPrecision(4)));
}
