// One tile per client, coloured by its state; thousands become a density map.

import { CLIENT_STATES, type Clients, WAITING } from "../model/clients";
import { numClientsOf } from "../model/legend";
import type { Invocation } from "../model/schema";
import type { TraceStore } from "../model/store";
import { count, duration } from "../model/units";
import type { Colours } from "../theme";
import { div, element, fill, keyEntry, offer, on, span } from "../dom/elements";
import { CanvasPanel } from "./canvas_panel";

const LARGEST = 84;
const SMALLEST = 6;
// More tiles than this are not to be told apart.
const MAX_TILES = 2500;
const MAX_CALLS = 100;
const LATEST = "latest";

export class ClientsPanel extends CanvasPanel {
  private readonly legend = div("tff-controls");
  private readonly key = span("tff-keys");
  private readonly calls = document.createElement("select");
  private readonly callsLabel = element("label", "", "call ", this.calls);
  private shown: Clients;
  private listed = 0;
  private columns = 1;
  private size = 10;
  private gap = 2;
  private perTile = 1;

  constructor(store: TraceStore) {
    super("clients", store);
    this.shown = store.cohorts.latest;
    this.callsLabel.hidden = true;
    this.legend.append(this.callsLabel, this.key);
    this.root.append(this.legend, this.frame);
    on(this.calls, "change", () => this.selectCall(this.calls.value));
    on(this.canvas, "pointermove", (event) => this.showTip(event, this.tipOf(this.tileAt(event))));
    on(this.canvas, "click", (event) => this.click(event));
    on(this.canvas, "keydown", (event) => this.move(event));
  }

  describe(): string {
    const parts = this.shown
      .totals()
      .map((total, state) => (total > 0 ? `${total} ${this.shown.nameOf(state)}` : ""))
      .filter(Boolean);
    const wrong = this.shown.numWrong > 0 ? `; ${this.shown.numWrong} with nan or inf` : "";
    return `${this.shown.count} clients: ${parts.join(", ")}${wrong}`;
  }

  override draw(): void {
    this.listCalls();
    this.shown = this.store.cohorts.shown;
    super.draw();
  }

  protected paint(context: CanvasRenderingContext2D, colours: Colours): void {
    this.paintLegend(colours);
    if (this.shown.count === 0) {
      this.paintText(context, colours, "No client has done anything yet.");
      return;
    }
    this.arrange();
    const busiest = Math.max(this.mostBusy(), 1e-9);
    const tiles = Math.ceil(this.shown.count / this.perTile);
    for (let tile = 0; tile < tiles; tile++) {
      if (this.perTile > 1) this.paintShares(context, colours, tile);
      else this.paintTile(context, colours, tile, busiest);
    }
    context.globalAlpha = 1;
    const { client } = this.store.selection.marks;
    if (client >= 0 && client < this.shown.count) {
      const [x, y] = this.place(Math.floor(client / this.perTile));
      context.strokeStyle = colours.ink;
      context.lineWidth = 2;
      context.strokeRect(x + 1, y + 1, this.size - 2, this.size - 2);
    }
  }

  /** Finds the largest tiles that fit. */
  private arrange(): void {
    [this.columns, this.size] = [1, SMALLEST];
    for (this.perTile = Math.ceil(this.shown.count / MAX_TILES); this.perTile <= this.shown.count; this.perTile++) {
      const tiles = Math.ceil(this.shown.count / this.perTile);
      for (let size = LARGEST; size >= SMALLEST; size--) {
        this.gap = size > 24 ? 4 : size > 8 ? 2 : 1;
        const columns = Math.max(1, Math.floor((this.width + this.gap) / (size + this.gap)));
        if (Math.ceil(tiles / columns) * (size + this.gap) - this.gap <= this.height) {
          this.columns = columns;
          this.size = size;
          return;
        }
      }
    }
  }

  /** How long a client was busy in what is selected. */
  private busyOf(client: number): number {
    const { sums } = this.store;
    return sums.isOfPart ? sums.clients.of(client).time : this.shown.busyOf(client);
  }

  private mostBusy(): number {
    if (!this.store.sums.isOfPart) return this.shown.mostBusy;
    let most = 0;
    for (let client = 0; client < this.shown.count; client++) most = Math.max(most, this.busyOf(client));
    return most;
  }

  private paintTile(context: CanvasRenderingContext2D, colours: Colours, client: number, busiest: number): void {
    const [x, y] = this.place(client);
    const state = this.shown.stateOf(client);
    const share = this.busyOf(client) / busiest;
    const isDim = this.isDim(client);
    context.globalAlpha = isDim ? 0.25 : 1;
    context.fillStyle = colours.clients[state] ?? colours.soft;
    context.beginPath();
    context.roundRect(x, y, this.size, this.size, Math.min(5, this.size / 5));
    context.fill();
    if (this.size >= 12 && state !== WAITING) {
      context.fillStyle = colours.onClients[state] ?? colours.ink;
      context.globalAlpha = isDim ? 0.1 : 0.45;
      const inset = this.size / 8;
      context.fillRect(x + inset, y + this.size - inset - 2, (this.size - 2 * inset) * share, 2.5);
    }
    if (this.size < 24) return;
    context.globalAlpha = isDim ? 0.5 : 1;
    context.fillStyle = colours.onClients[state] ?? colours.ink;
    context.textBaseline = "top";
    context.font = `600 ${this.size > 44 ? 15 : 11}px system-ui, sans-serif`;
    context.fillText(String(client), x + 6, y + 6, this.size - 8);
    if (this.size > 50 && state !== WAITING) {
      context.font = "11px system-ui, sans-serif";
      context.fillText(duration(this.busyOf(client)), x + 6, y + 28, this.size - 8);
    }
    const wrong = this.shown.wrongOf(client);
    if (wrong === "") return;
    context.font = "700 11px ui-monospace, monospace";
    context.textBaseline = "bottom";
    context.fillText(wrong, x + 6, y + this.size - 6, this.size - 8);
  }

  /** Paints the states of the clients of a tile one above the other, as much of each as there is. */
  private paintShares(context: CanvasRenderingContext2D, colours: Colours, tile: number): void {
    const [x, y] = this.place(tile);
    const states = CLIENT_STATES.map(() => 0);
    const first = tile * this.perTile;
    const last = Math.min(first + this.perTile, this.shown.count);
    let atWork = false;
    for (let client = first; client < last; client++) {
      const state = this.shown.stateOf(client);
      states[state] = (states[state] ?? 0) + 1;
      atWork ||= !this.isDim(client);
    }
    context.globalAlpha = atWork ? 1 : 0.25;
    let top = y;
    for (let state = states.length - 1; state >= 0; state--) {
      const height = (this.size * (states[state] ?? 0)) / (last - first);
      context.fillStyle = colours.clients[state] ?? colours.soft;
      context.fillRect(x, top, this.size, height);
      top += height;
    }
  }

  private isDim(client: number): boolean {
    const { sums, search } = this.store;
    return !sums.wasAtWork(client) || !search.finds(`client ${client} ${this.shown.wrongOf(client)}`);
  }

  private paintLegend(colours: Colours): void {
    const { words } = this.store.legend;
    const entries = this.shown.totals().flatMap((total, state) => {
      const name = this.shown.nameOf(state);
      return total > 0 ? [keyEntry(`${count(total)} ${name}`, colours.clients[state] ?? "", words[name])] : [];
    });
    if (this.perTile > 1 && this.shown.count > 0) entries.push(span("", `a tile is ${this.perTile} clients`));
    fill(this.key, entries);
  }

  private listCalls(): void {
    const { invocations } = this.store.legend;
    if (invocations.length !== this.listed) this.offerCalls(invocations);
    this.listed = invocations.length;
    const rounds = this.store.selection.part("rounds");
    this.calls.value = rounds === undefined ? LATEST : String(rounds.to);
  }

  private offerCalls(invocations: Invocation[]): void {
    const calls = invocations.map((call, k) => ({ call, k })).filter(({ call }) => numClientsOf(call) > 0);
    this.callsLabel.hidden = calls.length < 2;
    const named = calls.slice(-MAX_CALLS).map(({ call, k }): [string, string] => [`${k + 1}: ${call.name}`, String(k)]);
    offer(this.calls, [["the latest", LATEST], ...named]);
  }

  private selectCall(value: string): void {
    const { selection } = this.store;
    if (value === LATEST) selection.drop("rounds");
    else selection.narrow({ kind: "rounds", from: Number(value), to: Number(value) });
  }

  private place(tile: number): [number, number] {
    const pitch = this.size + this.gap;
    return [(tile % this.columns) * pitch, Math.floor(tile / this.columns) * pitch];
  }

  private tileAt(event: MouseEvent): number {
    const box = this.canvas.getBoundingClientRect();
    const pitch = this.size + this.gap;
    const column = Math.floor((event.clientX - box.left) / pitch);
    const tile = Math.floor((event.clientY - box.top) / pitch) * this.columns + column;
    return column < this.columns && tile >= 0 && tile * this.perTile < this.shown.count ? tile : -1;
  }

  private tipOf(tile: number): string {
    if (tile < 0) return "";
    const first = tile * this.perTile;
    const { shown } = this;
    if (this.perTile > 1) return `clients ${first} to ${Math.min(first + this.perTile, shown.count) - 1}`;
    const state = shown.nameOf(shown.stateOf(first));
    if (!shown.hasBegun(first)) return `client ${first}: ${state}`;
    const wrong = shown.wrongOf(first) === "" ? "" : `, ${shown.wrongOf(first)} among its numbers`;
    const busy = `busy ${duration(this.busyOf(first))} of ${duration(shown.lengthOf(first))}`;
    return `client ${first}: ${state}, ${busy}${wrong}`;
  }

  private click(event: MouseEvent): void {
    const client = this.tileAt(event) * this.perTile;
    if (client >= 0 && client < this.shown.count) this.pick({ kind: "client", client }, event);
  }

  private select(client: number): void {
    if (client >= 0 && client < this.shown.count) this.store.selection.select({ kind: "client", client });
  }

  private move(event: KeyboardEvent): void {
    const all = this.shown.count;
    const steps = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: this.columns,
      ArrowUp: -this.columns,
      Home: -all,
      End: all,
    };
    const step = steps[event.key as keyof typeof steps];
    if (step === undefined) return;
    event.preventDefault();
    const { client } = this.store.selection.marks;
    const next = client < 0 ? 0 : client + step * this.perTile;
    this.select(Math.abs(step) === all ? Math.min(Math.max(next, 0), all - 1) : next);
  }
}
