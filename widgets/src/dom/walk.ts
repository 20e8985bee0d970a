// Walking through a list with the keyboard.

/**
 * Returns the place in a list to which a key goes from another one; undefined if it means nothing there.
 *
 * Up and down go to the neighbour, Home and End to the ends; Enter and space stay.
 */
export function walk(event: KeyboardEvent, at: number, count: number): number | undefined {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -count, End: count, Enter: 0, " ": 0 }[event.key];
  if (step === undefined || count === 0) return undefined;
  event.preventDefault();
  return Math.min(Math.max(at + step, 0), count - 1);
}
