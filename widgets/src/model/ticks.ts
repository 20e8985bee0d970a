// Round numbers for an axis.

const STEPS = [1, 2, 5, 10];

/** Returns round numbers in a range, about as many as wanted: 1, 2 or 5 times a power of ten apart. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / wanted;
  if (!(rough > 0 && Number.isFinite(rough))) return [];
  const exponent = Math.floor(Math.log10(rough));
  // The step whose ratio to the rough one is the smallest.
  const far = (step: number) => Math.abs(Math.log(step / (rough / 10 ** exponent)));
  const step = STEPS.reduce((best, other) => (far(other) < far(best) ? other : best));
  // A number is a quotient where the power of ten is: 3 / 10 is 0.3, and 3 * 0.1 is not.
  const value = (k: number) => (exponent < 0 ? (k * step) / 10 ** -exponent : k * step * 10 ** exponent);
  const [first, last] = [Math.ceil(from / value(1)), Math.floor(to / value(1))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => value(first + k));
}
