// One tile per client, which draws what the client made, or else its state; thousands become a density map.

import type { Clients } from "../model/clients";
import { numClientsOf } from "../model/legend";
import type { Invocation } from "../model/schema";
import type { TraceStore } from "../model/store";
import { MAX_TILES, PICTURE_SIZE, TilePlaces } from "../model/tile_places";
import { duration } from "../model/units";
import type { Colours } from "../theme";
import { choiceOf, div, element, fill, keyEntry, offer, on, span } from "../dom/elements";
import { greatestFirst, type Measure, written } from "../model/measures";
import { CanvasPanel } from "./canvas_panel";
import { ClientCompare } from "./client_compare";
import { paintShares, paintState } from "./state_tiles";
import { tileKey } from "./tile_key";
import { MARKS, Scales, TilePainter } from "./tile_painter";
import { say } from "../model/words";

const MAX_CALLS = 100;
// As large as their numbers need, and in as much width as a notebook has; more of them stand in two rows.
const MOST_IN_A_ROW = 14;
const LATEST = "latest";
const STATES = "states";

export class ClientsPanel extends CanvasPanel {
  private readonly legend = div("tff-controls");
  private readonly key = span("tff-keys");
  private readonly calls = document.createElement("select");
  private readonly callsLabel = element("label", "", say("call"), " ", this.calls);
  private readonly drawn = choiceOf([]);
  private readonly drawnLabel = element("label", "drawn", say("draw"), " ", this.drawn);
  private readonly sorted = choiceOf([]);
  private readonly sortedLabel = element("label", "", say("sort"), " ", this.sorted);
  private readonly compare = new ClientCompare(() => this.draw());
  /** What the tiles draw; null if it is nothing but states. */
  private scales: Scales | null = null;
  private offered: readonly Measure[] = [];
  /** The client that is compared with the selected one; -1 for none. */
  private second = -1;
  /** The clients that ran what is under the pointer; null if that is nothing. */
  private lit: ReadonlySet<number> | null = null;
  private shown: Clients;
  private listed = 0;
  private readonly places = new TilePlaces();
  /** The clients in the order of their tiles, and the tile of each; empty if they are in that of their numbers. */
  private order: number[] = [];
  private tiles: number[] = [];

  constructor(store: TraceStore) {
    super("clients", store);
    this.shown = store.cohorts.latest;
    this.callsLabel.hidden = true;
    this.drawnLabel.hidden = true;
    this.legend.append(this.callsLabel, this.drawnLabel, this.sortedLabel, this.key);
    on(this.sorted, "change", () => this.draw());
    this.root.append(this.legend, div("tff-tiles", this.frame, this.compare.root));
    on(this.drawn, "change", () => {
      this.compare.brush = null;
      this.draw();
    });
    on(this.calls, "change", () => this.selectCall(this.calls.value));
    on(this.canvas, "pointermove", (event) => this.showTip(event, this.tipOf(this.tileAt(event))));
    on(this.canvas, "click", (event) => this.click(event));
    on(this.canvas, "keydown", (event) => this.move(event));
  }

  describe(): string {
    const parts = this.shown.counted().map(({ text }) => text);
    const wrong = this.shown.numWrong > 0 ? `; ${say("with nan", this.shown.numWrong)}` : "";
    const numbers = this.scales?.measure.numbers ?? [];
    const held = numbers.filter((number) => this.compare.holds(number)).length;
    const brushed = this.compare.brush && this.scales ? say("n brushed", held) : "";
    const { scope } = this.store.cohorts;
    return `${scope && `${scope}, `}${say("n clients", this.shown.count)}: ${parts.join(", ")}${wrong}${brushed}`;
  }

  override draw(): void {
    this.listCalls();
    this.shown = this.store.cohorts.shown;
    this.lit = this.store.hover.clientsOf(this.shown.invocation, this.store.columns);
    this.offerMeasures();
    const measure = this.measure();
    if (measure !== this.scales?.measure) this.scales = measure && new Scales(measure);
    this.compare.root.hidden = measure === null;
    this.sort();
    this.frame.style.minHeight = this.shown.count > MOST_IN_A_ROW ? "60px" : "";
    super.draw();
  }

  protected paint(context: CanvasRenderingContext2D, colours: Colours): void {
    this.places.fit(this.width, this.height, this.shown.count);
    this.paintLegend(colours);
    if (this.shown.count === 0) {
      this.paintText(context, colours, say("no client yet"));
      return;
    }
    const busiest = Math.max(this.mostBusy(), 1e-9);
    for (let tile = 0; tile < this.places.numTiles; tile++) {
      if (this.places.perTile > 1) this.paintSeveral(context, colours, tile);
      else this.paintTile(context, colours, tile, busiest);
    }
    context.globalAlpha = 1;
    this.pair.forEach((client, k) => this.paintFrame(context, colours, client, k === 0 ? "A" : "B"));
    if (this.scales !== null) this.compare.draw(this.scales.measure, this.pair, this.shown, colours);
  }

  /** The clients that are picked: that which is selected, and perhaps one more. */
  private get pair(): number[] {
    const { client } = this.store.selection.marks;
    const { second, shown } = this;
    if (client < 0 || client >= shown.count) return [];
    return this.scales !== null && second >= 0 && second !== client && second < shown.count
      ? [client, second]
      : [client];
  }

  private paintFrame(context: CanvasRenderingContext2D, colours: Colours, client: number, name: string): void {
    const { size } = this.places;
    const [x, y] = this.places.cornerOf(this.tileOf(client));
    context.strokeStyle = colours.accent;
    context.lineWidth = size > 24 ? 3 : 2;
    // Inside the frame of what is wrong, which stays in sight.
    const inset = this.shown.isWrong(client) ? 4 : 1;
    context.strokeRect(x + inset, y + inset, size - 2 * inset, size - 2 * inset);
    if (this.pair.length < 2) return;
    const [left, top] = size < PICTURE_SIZE ? [x + size + 2, y] : [x + 24, y + 4];
    context.fillStyle = colours.surface;
    context.fillRect(left - 2, top - 1, 12, 13);
    context.fillStyle = colours.accent;
    context.font = "700 11px system-ui, sans-serif";
    context.textBaseline = "top";
    context.fillText(name, left, top);
  }

  /** What is drawn: what was chosen, of the call that is shown, and of one client a tile. */
  private measure(): Measure | null {
    const chosen = this.offered[Number(this.drawn.value)];
    const isOne = this.shown.count <= MAX_TILES;
    return isOne && chosen?.invocation === this.shown.invocation ? chosen : null;
  }

  private offerMeasures(): void {
    const { tiles } = this.store.legend;
    if (tiles === this.offered) return;
    const kept = this.offered.length > 0 ? this.drawn.value : "";
    this.offered = tiles;
    this.drawnLabel.hidden = tiles.length === 0;
    offer(this.drawn, [
      ...tiles.map(({ name }, k): [string, string] => [name, String(k)]),
      [say("only states"), STATES],
    ]);
    // A picture says more than a number.
    const best = tiles.findIndex(({ cells }) => cells.length > 0);
    this.drawn.value = kept || String(Math.max(best, 0));
  }

  /** Puts the tiles in order: that with the greatest number first, those without one last. */
  private sort(): void {
    const { count: all } = this.shown;
    const measure = this.scales?.measure;
    this.sortedLabel.hidden = all < 2 || all > MAX_TILES;
    const offered = [
      say("client"),
      say("busy"),
      ...(measure ? [say(measure.is_norm ? "norm" : "value"), say("from mean")] : []),
    ];
    if (offered.join() !== [...this.sorted.options].map(({ text }) => text).join())
      offer(
        this.sorted,
        offered.map((text, k): [string, string] => [text, String(k)]),
      );
    const numberOf = [
      undefined,
      (client: number) => this.busyOf(client),
      (client: number) => measure?.numbers[client],
      (client: number) => measure?.distances[client],
    ][Number(this.sorted.value)];
    this.order = [];
    this.tiles = [];
    if (numberOf === undefined || this.sortedLabel.hidden) return;
    this.order = greatestFirst(Array.from({ length: all }, (_, client) => numberOf(client)));
    this.order.forEach((client, tile) => (this.tiles[client] = tile));
  }

  /** The first client of a tile. */
  private clientAt(tile: number): number {
    return this.order[tile * this.places.perTile] ?? tile * this.places.perTile;
  }

  private clientsAt(tile: number): number[] {
    const first = tile * this.places.perTile;
    const count = Math.min(this.places.perTile, this.shown.count - first);
    return Array.from({ length: count }, (_, k) => this.order[first + k] ?? first + k);
  }

  private tileOf(client: number): number {
    return Math.floor((this.tiles[client] ?? client) / this.places.perTile);
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
    const [x, y] = this.places.cornerOf(this.tileOf(client));
    const isDim = this.isDim(client);
    context.globalAlpha = isDim ? 0.25 : 1;
    if (this.scales !== null) {
      const [state, wrong] = [this.shown.stateOf(client), this.shown.wrongOf(client)];
      new TilePainter(context, colours, this.scales, this.places.size).paint(client, x, y, state, wrong);
      return;
    }
    const busy = this.busyOf(client);
    paintState(context, colours, { x, y, size: this.places.size }, this.shown, client, {
      busy,
      share: busy / busiest,
      isDim,
    });
  }

  /** Paints a tile that stands for several clients: the mean of what they made, or how many are in each state. */
  private paintSeveral(context: CanvasRenderingContext2D, colours: Colours, tile: number): void {
    const [x, y] = this.places.cornerOf(tile);
    const {
      scales,
      shown,
      places: { size },
    } = this;
    const clients = this.clientsAt(tile);
    context.globalAlpha = clients.every((client) => this.isDim(client)) ? 0.25 : 1;
    const isWrong = clients.some((client) => shown.isWrong(client));
    const isMean = scales && new TilePainter(context, colours, scales, size).paintMean(clients, x, y, isWrong);
    if (!isMean) paintShares(context, colours, { x, y, size }, shown, clients);
  }

  private isDim(client: number): boolean {
    const { sums, search } = this.store;
    if (this.lit?.has(client) === false) return true;
    if (this.scales !== null && !this.compare.holds(this.scales.measure.numbers[client])) return true;
    return !sums.wasAtWork(client) || !search.finds(`client ${client} ${this.shown.wrongOf(client)}`);
  }

  private paintLegend(colours: Colours): void {
    const { scales, shown } = this;
    const { words } = this.store.legend;
    const entries = shown.counted().map(({ state, text }) => {
      const meaning = words[shown.keyOf(state)];
      if (scales === null) return keyEntry(text, colours.clients[state] ?? "", meaning);
      const entry = span("tff-key", `${MARKS[state] ?? ""} ${text}`.trim());
      entry.title = meaning ?? "";
      return entry;
    });
    if (shown.numWrong > 0) entries.push(span("tff-key wrong", `◆ ${say("with nan", shown.numWrong)}`));
    if (this.places.perTile > 1 && shown.count > 0)
      entries.push(span("", say(scales ? "tile of mean" : "a tile is", this.places.perTile)));
    if (scales !== null) entries.push(...tileKey(scales, this.places.size, colours));
    const { scope } = this.store.cohorts;
    if (scope && shown.count > 0) entries.unshift(element("b", "", scope));
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
    offer(this.calls, [[say("latest"), LATEST], ...named]);
  }

  private selectCall(value: string): void {
    const { selection } = this.store;
    if (value === LATEST) selection.drop("rounds");
    else selection.narrow({ kind: "rounds", from: Number(value), to: Number(value) });
  }

  private tileAt(event: MouseEvent): number {
    const box = this.canvas.getBoundingClientRect();
    return this.places.at(event.clientX - box.left, event.clientY - box.top);
  }

  private tipOf(tile: number): string {
    if (tile < 0) return "";
    const first = this.clientAt(tile);
    const { shown } = this;
    if (this.places.perTile > 1) return say("clients n", first, Math.min(first + this.places.perTile, shown.count) - 1);
    const state = shown.nameOf(shown.stateOf(first));
    if (!shown.hasBegun(first)) return `${say("client n", first)}: ${state}`;
    const wrong = shown.wrongOf(first) === "" ? "" : say("among", shown.wrongOf(first));
    const busy = say("busy of", duration(this.busyOf(first)), duration(shown.lengthOf(first)));
    const number = this.scales?.measure.numbers[first];
    const value = number == null ? "" : `, ${this.scales?.measure.name ?? ""} ${written(number)}`;
    const had = this.scales?.measure.examples[first];
    const data = had == null ? "" : `, ${say("n examples", had)}`;
    return `${say("client n", first)}: ${state}${data}${value}, ${busy}${wrong}`;
  }

  private pickSecond(client: number): void {
    if (client < 0 || client >= this.shown.count) return;
    this.second = client;
    this.draw();
  }

  private click(event: MouseEvent): void {
    const client = this.clientAt(this.tileAt(event));
    if (client < 0 || client >= this.shown.count) return;
    // Beside a client that is selected, a second one is compared with it.
    if ((event.ctrlKey || event.metaKey) && this.scales !== null && this.pair.length > 0) this.pickSecond(client);
    else {
      this.second = -1;
      this.pick({ kind: "client", client }, event);
    }
  }

  private select(client: number): void {
    if (client >= 0 && client < this.shown.count) this.store.selection.select({ kind: "client", client });
  }

  private move(event: KeyboardEvent): void {
    const [first, second = first] = this.pair;
    if (event.key === "c" && second !== undefined) {
      this.pickSecond(second + 1);
      return;
    }
    const all = this.shown.count;
    const steps = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: this.places.columns,
      ArrowUp: -this.places.columns,
      Home: -all,
      End: all,
    };
    const step = steps[event.key as keyof typeof steps];
    if (step === undefined) return;
    event.preventDefault();
    const { client } = this.store.selection.marks;
    const last = this.places.numTiles - 1;
    const next = client < 0 ? 0 : this.tileOf(client) + step;
    const tile = Math.abs(step) === all ? Math.min(Math.max(next, 0), last) : next;
    if (tile >= 0) this.select(this.clientAt(tile));
  }
}
