// Numbers as people read them. Units and rule are those of Python, which says the same words of every number.

import { ENOUGH, NO_DECIMALS, ONE_DECIMAL, SIZES, TIMES } from "./schema";

type Unit = readonly [string, number];

const NANOSECONDS = 1e6;

/** A time with three digits and a unit, such as `1.25 ms`. */
export function duration(milliseconds: number): string {
  return told(milliseconds * NANOSECONDS, TIMES);
}

/** A size with three digits and a unit, such as `18.7 kB`. */
export function dataSize(bytes: number): string {
  return told(bytes, SIZES);
}

/** A count with thin spaces between thousands. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

function told(number: number, units: readonly Unit[]): string {
  const smallest = units[units.length - 1] ?? (["", 1] as const);
  const magnitude = Math.floor(Math.abs(number) + 0.5);
  const sign = number < 0 && magnitude > 0 ? "-" : "";
  const [unit, size] = units.find(([, size]) => magnitude >= ENOUGH * size) ?? smallest;
  return `${sign}${size > 1 ? digits(magnitude / size) : magnitude} ${unit}`;
}

function digits(number: number): string {
  const decimals = number >= NO_DECIMALS ? 0 : number >= ONE_DECIMAL ? 1 : 2;
  const steps = 10 ** decimals;
  // Not the rounding of `toFixed`, which differs from that of Python where two numbers are as near.
  return (Math.floor(number * steps + 0.5) / steps).toFixed(decimals);
}
