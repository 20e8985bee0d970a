// The privacy cut: the wall between clients and server, every value that crossed it as an envelope, and what is in it.

import {
  brief,
  type ClientRow,
  type CrossingBar,
  type Crossings,
  goesUp,
  isSealed,
  isWrong,
  type Letter,
  lettersOf,
  openedBy,
  rowsInSight,
  type Scene,
  sceneOf,
} from "../model/crossings";
import type { TraceStore } from "../model/store";
import { count, dataSize } from "../model/units";
import { button, div, element, on, set, span } from "../dom/elements";
import { barsOf, ratioOf } from "./crossings/bars";
import { letterCard } from "./crossings/letter";
import { envelopePicture } from "./envelopes";
import { Panel } from "./panel";
import { say } from "../model/words";

// More envelopes of a client are counted and not drawn.
const MOST_IN_A_ROW = 6;
/** Of clients: who, what they hold, what they send; the wall; the server. */
const COLUMNS = ["c", "c h", "c", "w", "s"];

export class TrafficPanel extends Panel {
  private readonly frame = div("tff-scroll tff-cut");
  private shown = "";
  private version: Crossings | null = null;

  constructor(store: TraceStore) {
    super("traffic", store);
    this.frame.tabIndex = 0;
    on(this.frame, "keydown", (event) => this.turn(event));
    this.root.append(this.frame);
  }

  describe(): string {
    return say("kinds", this.store.legend.traffic?.bars.length ?? 0);
  }

  draw(): void {
    const { traffic } = this.store.legend;
    this.root.dataset.summary = this.describe();
    if (traffic === null) return;
    const scene = sceneOf(traffic, this.store.cohorts.shownCall);
    const state = JSON.stringify([scene?.call, this.store.selection.marks.client, this.chosen]);
    if (traffic === this.version && state === this.shown) return;
    [this.version, this.shown] = [traffic, state];
    const focused = this.frame.querySelector<HTMLElement>(":focus")?.dataset.letter;
    this.frame.replaceChildren(...this.content(traffic, scene));
    if (focused) this.frame.querySelector<HTMLElement>(`[data-letter="${focused}"]`)?.focus();
  }

  private get chosen(): { node: number; client: number } | undefined {
    const part = this.store.selection.part("crossing");
    return part && { node: part.node, client: part.client };
  }

  private content(traffic: Crossings, scene: Scene | undefined): HTMLElement[] {
    if (traffic.bars.length === 0) return [div("tff-empty", say(scene ? "nobody" : "none"))];
    const cut = scene === undefined ? div("tff-empty", say("thinned")) : this.wall(traffic, scene);
    const said = traffic.said.map((text) => element("p", "said", text));
    const each = element("p", "said", scene?.each);
    const warned = traffic.warnings.map((text) => element("p", "said warning", `▲ ${text}`));
    return [cut, ...warned, each, barsOf(traffic, (node) => this.choose(node, -1)), ...said];
  }

  private wall(traffic: Crossings, scene: Scene): HTMLElement {
    const heads = (name: string, ...texts: (string | undefined)[]) =>
      texts.map((text, k) => div(`head ${name} ${COLUMNS[k]}`, text));
    const grid = div(
      "wall",
      ...heads("", say("clients"), "", "", say("wall"), say("server")),
      ...heads("sub", "", say("holds"), scene.puts_in, "", say("reads")),
      ...this.sharedRow(traffic, scene),
      ...this.rows(traffic, scene),
      ...this.sums(traffic, scene),
    );
    const opened = this.card(traffic, scene);
    return div(opened === undefined ? "cut" : "cut opened", grid, opened);
  }

  /** What all clients get alike. */
  private sharedRow(traffic: Crossings, scene: Scene): HTMLElement[] {
    if (scene.shared.length === 0) return [];
    const name = div("c", say("to all"), " ", span("soft", `× ${count(scene.num_clients)}`));
    const wall = this.envelopes(traffic, scene.shared, -1, "down");
    return [name, div("c h"), div("c"), wall, cell("s", scene.shared.map(textOf))];
  }

  private rows(traffic: Crossings, scene: Scene): HTMLElement[] {
    const rows = rowsInSight(scene, this.store.selection.marks.client);
    const hidden = scene.num_clients - rows.length;
    const made = rows.flatMap((row) => this.row(traffic, row));
    if (hidden <= 0) return made;
    const more = say("n more clients", count(hidden));
    const bars = scene.kinds.flatMap((kind) => traffic.bars[kind] ?? []).filter(goesUp);
    const envelopes = bars.slice(0, MOST_IN_A_ROW).map((bar) => envelopePicture(isSealed(bar)));
    const pile = div("w pile", ...envelopes, span("", `× ${count(hidden)}`));
    return [...made, div("c more", more), div("c h"), div("c"), pile, div("s")];
  }

  private row(traffic: Crossings, row: ClientRow): HTMLElement[] {
    const barOf = ({ kind }: Letter) => traffic.bars[kind] as CrossingBar;
    const up = row.letters.filter((letter) => goesUp(barOf(letter)));
    const open = up.filter((letter) => !isSealed(barOf(letter)));
    const name = button(say("client n", row.client), "", () =>
      this.store.selection.select({ kind: "client", client: row.client }),
    );
    const first = div(row.client === this.store.selection.marks.client ? "c name selected" : "c name", name);
    const holds = cell("c h", row.holds === "" ? [] : [brief(row.holds)]);
    if (row.holds !== "") holds.prepend(span("house", "⌂"));
    const puts = cell("c", up.map(textOf));
    puts.append(span("soft size", up.map(({ size }) => dataSize(size)).join(" + ")));
    const reads = cell("s", open.map(textOf));
    if (open.length < up.length) reads.append(span("seal", say("sealed")));
    if (row.letters.some(isWrong)) for (const part of [puts, reads]) part.classList.add("wrong");
    return [first, holds, puts, this.envelopes(traffic, row.letters, row.client, ""), reads];
  }

  private envelopes(traffic: Crossings, letters: Letter[], client: number, name: string): HTMLElement {
    const made = div(`w ${name}`);
    for (const letter of letters.slice(0, MOST_IN_A_ROW)) {
      const bar = traffic.bars[letter.kind];
      if (bar === undefined) continue;
      const [sealed, up] = [isSealed(bar), goesUp(bar)];
      const label = [
        client < 0 ? say("all clients") : say("client n", client),
        bar.name,
        say(sealed ? "sealed" : "open"),
      ].join(", ");
      const envelope = button("", label, () => this.choose(bar.node, client));
      envelope.className = isWrong(letter) ? "letter wrong" : "letter";
      envelope.dataset.letter = `${bar.node} ${client}`;
      set(envelope, "aria-label", label);
      const isChosen = this.chosen?.node === bar.node && this.chosen.client === client;
      set(envelope, "aria-pressed", String(isChosen));
      envelope.append(envelopePicture(sealed), element("i", "", up ? "→" : "←"));
      made.append(envelope);
    }
    if (letters.length > MOST_IN_A_ROW) made.append(span("", `× ${count(letters.length)}`));
    return made;
  }

  private sums(traffic: Crossings, scene: Scene): HTMLElement[] {
    const stays = say("stays", dataSize(scene.held));
    const up = say("go up", dataSize(scene.up));
    const share = traffic.plain > 0 ? say("ratio", ratioOf(scene.up, traffic)) : "";
    const totals = scene.totals.map(({ kind, letter }) => {
      const word = say(isSealed(traffic.bars[kind] as CrossingBar) ? "total" : "result");
      return div("", `${word}: ${textOf(letter)}`);
    });
    const put = div("c sum strong", up, span("soft", share));
    const held = div("c h sum strong", scene.held > 0 ? stays : "");
    return [div("c sum"), held, put, div("w sum"), div("s sum", ...totals)];
  }

  private card(traffic: Crossings, scene: Scene): HTMLElement | undefined {
    const { chosen } = this;
    if (chosen === undefined) return undefined;
    const opened = openedBy(traffic, scene, chosen.node, chosen.client);
    const bar = traffic.bars.find(({ node }) => node === chosen.node);
    if (opened === null || bar === undefined) return undefined;
    const close = () => this.store.selection.drop("crossing");
    return letterCard(traffic, bar, opened, chosen.client, close);
  }

  private choose(node: number, client: number): void {
    this.store.selection.select({ kind: "crossing", node, client });
  }

  /** Left and right turn over to the letter before and the next. */
  private turn(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const { chosen } = this;
    const scene = this.version && sceneOf(this.version, this.store.cohorts.shownCall);
    if (step === undefined || chosen === undefined || this.version === null || !scene) return;
    event.preventDefault();
    const letters = lettersOf(this.version, scene);
    const at = letters.findIndex(({ node, client }) => node === chosen.node && client === chosen.client);
    const next = letters[at + step];
    if (next === undefined) return;
    this.choose(next.node, next.client);
    this.draw();
    this.frame.querySelector<HTMLElement>(`[data-letter="${next.node} ${next.client}"]`)?.focus();
  }
}

function textOf({ texts }: Letter): string {
  return texts.map(brief).join(", ");
}

function cell(name: string, texts: string[]): HTMLElement {
  const made = div(name, ...texts.map((text) => span("code", text)));
  made.title = texts.join("\n");
  return made;
}
