// One tile per client, coloured by its state; thousands become a density map.

import { CLIENT_STATES, type TraceStore } from "../model/store";
import { count, duration } from "../model/units";
import type { Colours } from "../theme";
import { CanvasPanel, element } from "./panel";

const MAX_TILES = 2500;
const GAP = 2;

export class ClientsPanel extends CanvasPanel {
  private readonly legend = element("div", "tff-controls");
  private columns = 1;
  private size = 10;
  private perTile = 1;

  constructor(store: TraceStore) {
    super("clients", "Clients", store);
    this.root.append(this.legend, this.frame);
    this.canvas.addEventListener("pointermove", (event) => this.showTip(event, this.tipOf(this.tileAt(event))));
    this.canvas.addEventListener("click", (event) => this.select(this.tileAt(event) * this.perTile));
    this.canvas.addEventListener("keydown", (event) => this.move(event));
  }

  describe(): string {
    return `${this.store.numClients} clients: ${this.totals()
      .map((total, state) => `${total} ${CLIENT_STATES[state]}`)
      .filter((text) => !text.startsWith("0 "))
      .join(", ")}`;
  }

  override draw(): void {
    super.draw();
    this.root.dataset.summary = this.describe();
  }

  protected heightFor(width: number): number {
    const clients = Math.max(this.store.numClients, 1);
    this.perTile = Math.ceil(clients / MAX_TILES);
    const tiles = Math.ceil(clients / this.perTile);
    this.size = Math.max(5, Math.min(34, Math.floor(Math.sqrt((width * 260) / tiles)) - GAP));
    this.columns = Math.max(1, Math.floor(width / (this.size + GAP)));
    return Math.max(40, Math.ceil(tiles / this.columns) * (this.size + GAP));
  }

  protected paint(context: CanvasRenderingContext2D, colours: Colours): void {
    const { numClients, clientState, selection } = this.store;
    this.paintLegend(colours);
    if (numClients === 0) {
      context.fillStyle = colours.soft;
      context.font = "13px system-ui, sans-serif";
      context.fillText("No client has done anything yet.", 4, 24);
      return;
    }
    const busiest = Math.max(...this.store.clientBusy.subarray(0, numClients), 1e-9);
    const tiles = Math.ceil(numClients / this.perTile);
    for (let tile = 0; tile < tiles; tile++) {
      const [x, y] = this.place(tile);
      let state = 0;
      for (let client = tile * this.perTile; client < Math.min((tile + 1) * this.perTile, numClients); client++) {
        state = Math.max(state, clientState[client]);
      }
      context.fillStyle = colours.clients[state];
      context.fillRect(x, y, this.size, this.size);
      if (this.size >= 9 && this.perTile === 1) {
        const share = this.store.clientBusy[tile] / busiest;
        context.fillStyle = colours.ink;
        context.globalAlpha = 0.35;
        context.fillRect(x, y + this.size - 3, this.size * share, 3);
        context.globalAlpha = 1;
      }
      if (this.size >= 24 && this.perTile === 1) {
        context.fillStyle = state === 0 ? colours.soft : "#101820";
        context.font = "11px system-ui, sans-serif";
        context.fillText(String(tile), x + 4, y + 13);
      }
    }
    if (selection.client >= 0) {
      const [x, y] = this.place(Math.floor(selection.client / this.perTile));
      context.strokeStyle = colours.ink;
      context.lineWidth = 2;
      context.strokeRect(x - 1, y - 1, this.size + 2, this.size + 2);
    }
  }

  private paintLegend(colours: Colours): void {
    const totals = this.totals();
    this.legend.replaceChildren();
    CLIENT_STATES.forEach((name, state) => {
      if (totals[state] === 0) return;
      const entry = element("span", "tff-key", `${count(totals[state])} ${name}`);
      const square = document.createElement("i");
      square.style.background = colours.clients[state];
      entry.prepend(square);
      this.legend.append(entry);
    });
    if (this.perTile > 1) this.legend.append(element("span", "", `each tile is ${this.perTile} clients`));
  }

  private totals(): number[] {
    const totals = CLIENT_STATES.map(() => 0);
    for (let client = 0; client < this.store.numClients; client++) totals[this.store.clientState[client]] += 1;
    return totals;
  }

  private place(tile: number): [number, number] {
    const pitch = this.size + GAP;
    return [(tile % this.columns) * pitch, Math.floor(tile / this.columns) * pitch];
  }

  private tileAt(event: MouseEvent): number {
    const box = this.canvas.getBoundingClientRect();
    const pitch = this.size + GAP;
    const column = Math.floor((event.clientX - box.left) / pitch);
    const tile = Math.floor((event.clientY - box.top) / pitch) * this.columns + column;
    return column < this.columns && tile * this.perTile < this.store.numClients ? tile : -1;
  }

  private tipOf(tile: number): string {
    if (tile < 0) return "";
    const first = tile * this.perTile;
    const { clientState, clientBusy, clientStart, clientEnd } = this.store;
    if (this.perTile > 1) return `clients ${first} to ${Math.min(first + this.perTile, this.store.numClients) - 1}`;
    const times = Number.isNaN(clientStart[first])
      ? ""
      : `, busy ${duration(clientBusy[first])} of ${duration(clientEnd[first] - clientStart[first])}`;
    return `client ${first}: ${CLIENT_STATES[clientState[first]]}${times}`;
  }

  private select(client: number): void {
    if (client >= 0 && client < this.store.numClients) this.store.select({ client });
  }

  private move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const client = this.store.selection.client;
    this.select(client < 0 ? 0 : client + step * this.perTile);
  }
}
