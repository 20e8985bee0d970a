// Tiles that say how clients are, by colour: one client each, or several.

import { CLIENT_STATES, type Clients, WAITING } from "../model/clients";
import { duration } from "../model/units";
import type { Colours } from "../theme";

/** A place on a canvas: the corner of a tile, and its size. */
export interface Place {
  x: number;
  y: number;
  size: number;
}

/** Paints the tile of a client: its state, its number, and for how long it was busy, `share` of the busiest. */
export function paintState(
  context: CanvasRenderingContext2D,
  colours: Colours,
  { x, y, size }: Place,
  clients: Clients,
  client: number,
  { busy, share, isDim }: { busy: number; share: number; isDim: boolean },
): void {
  const state = clients.stateOf(client);
  context.fillStyle = colours.clients[state] ?? colours.soft;
  context.beginPath();
  context.roundRect(x, y, size, size, Math.min(5, size / 5));
  context.fill();
  context.fillStyle = colours.onClients[state] ?? colours.ink;
  if (size >= 12 && state !== WAITING) {
    context.globalAlpha = isDim ? 0.1 : 0.45;
    const inset = size / 8;
    context.fillRect(x + inset, y + size - inset - 2, (size - 2 * inset) * share, 2.5);
  }
  if (size < 24) return;
  context.globalAlpha = isDim ? 0.5 : 1;
  context.textBaseline = "top";
  context.font = `600 ${size > 44 ? 15 : 11}px system-ui, sans-serif`;
  context.fillText(String(client), x + 6, y + 6, size - 8);
  if (size > 50 && state !== WAITING) {
    context.font = "11px system-ui, sans-serif";
    context.fillText(duration(busy), x + 6, y + 28, size - 8);
  }
  const wrong = clients.wrongOf(client);
  if (wrong === "") return;
  context.font = "700 11px ui-monospace, monospace";
  context.textBaseline = "bottom";
  context.fillText(wrong, x + 6, y + size - 6, size - 8);
}

/** Paints the states of the clients of a tile one above the other, as much of each as there is. */
export function paintShares(
  context: CanvasRenderingContext2D,
  colours: Colours,
  { x, y, size }: Place,
  clients: Clients,
  some: readonly number[],
): void {
  const states = CLIENT_STATES.map(() => 0);
  for (const client of some) {
    const state = clients.stateOf(client);
    states[state] = (states[state] ?? 0) + 1;
  }
  let top = y;
  for (let state = states.length - 1; state >= 0; state--) {
    const height = (size * (states[state] ?? 0)) / some.length;
    context.fillStyle = colours.clients[state] ?? colours.soft;
    context.fillRect(x, top, size, height);
    top += height;
  }
}
