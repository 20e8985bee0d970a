// The columns of a page, which are packed; `tffsim/views/notebook/view_columns.py` says how.

import { INT_COLUMNS, OPTIONAL_COLUMNS, TICK, TIME_COLUMNS } from "./schema";

const BYTES = 8;

/** Columns as a page has them: the bytes are deflated, in base64. */
export interface Packed {
  /** How many bytes each whole number has, by column. */
  widths: number[];
  /** All columns of whole numbers, then all times. */
  whole: string;
  /** The optional columns. */
  optional: string;
  /** How many numbers each of these has. */
  counts: number[];
}

/** Returns the columns of spans, in the buffers in which a message brings them. */
export async function unpacked(packed: Packed, count: number): Promise<[ArrayBuffer, ArrayBuffer, ...ArrayBuffer[]]> {
  const [whole, optional] = await Promise.all([inflated(packed.whole), inflated(packed.optional)]);
  const columns = wholeColumns(new Uint8Array(whole), packed.widths, count);
  const ints = new Int32Array(INT_COLUMNS.length * count);
  const times = new Float64Array(TIME_COLUMNS.length * count);
  columns.slice(0, INT_COLUMNS.length).forEach((column, k) => ints.set(column, k * count));
  columns.slice(INT_COLUMNS.length).forEach((column, k) => times.set(column, k * count));
  const milliseconds = times.map((ticks) => ticks * TICK);
  return [ints.buffer, milliseconds.buffer, ...optionalColumns(new Uint8Array(optional), packed.counts)];
}

/** Returns what was deflated as JSON. */
export async function inflatedJson<T>(text: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await inflated(text))) as T;
}

function inflated(text: string): Promise<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = characters.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function wholeColumns(bytes: Uint8Array, widths: number[], count: number): Float64Array[] {
  let place = 0;
  return widths.map((width) => {
    const column = summed(bytes.subarray(place, place + width * count), width, count);
    place += width * count;
    return column;
  });
}

/** Returns the numbers whose differences are given: the lowest byte of each, then the next one of each. */
function summed(bytes: Uint8Array, width: number, count: number): Float64Array {
  const column = new Float64Array(count);
  let number = 0;
  for (let row = 0; row < count; row++) {
    let coded = 0;
    for (let k = width - 1; k >= 0; k--) coded = coded * 256 + (bytes[k * count + row] ?? 0);
    number += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    column[row] = number;
  }
  return column;
}

function optionalColumns(bytes: Uint8Array, counts: number[]): ArrayBuffer[] {
  let place = 0;
  return OPTIONAL_COLUMNS.map((_, k) => {
    const count = counts[k] ?? 0;
    const numbers = new Uint8Array(count * BYTES);
    for (let row = 0; row < count; row++) {
      for (let byte = 0; byte < BYTES; byte++) numbers[row * BYTES + byte] = bytes[place + byte * count + row] ?? 0;
    }
    place += count * BYTES;
    return numbers.buffer;
  });
}
