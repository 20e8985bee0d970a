// One row per call of a computation, all on one scale; rounds are brushed at the left edge.

import { div, element, named, on, set, span, toggle, write } from "../dom/elements";
import { walk } from "../dom/walk";
import type { RoundRow } from "../model/messages";
import type { TraceStore } from "../model/store";
import { count, dataSize, duration } from "../model/units";
import { Panel } from "./panel";
import { areSeveral, roundsOf } from "../model/names";
import { say, sayState } from "../model/words";

const PHASES = ["preparing", "clients", "server"] as const;
const PER_MILLISECOND = 1e6;
/** More rounds than this are thin rows without words. */
const MOST_TALL = 50;
/** Rounds in which something went wrong have a mark. */
const FAILED = "✕";
const WRONG = "◆";

export class RoundsPanel extends Panel {
  private readonly head = div("tff-round head");
  private readonly list = div("tff-rounds tff-scroll");
  private readonly foot = div("tff-rounds-foot");
  private rows: HTMLElement[] = [];
  private shown: readonly RoundRow[] | null = null;
  /** Where a brush began; -1 if there is none. */
  private from = -1;

  constructor(store: TraceStore) {
    super("rounds", store);
    named(this.list, "listbox", this.title);
    set(this.list, "aria-multiselectable", "true");
    set(this.foot, "aria-live", "polite");
    on(this.list, "keydown", (event) => this.move(event));
    on(this.list, "pointerdown", (event) => this.begin(event));
    on(this.list, "pointermove", (event) => this.brush(event));
    on(this.list, "pointerup", () => (this.from = -1));
    on(this.list, "pointercancel", () => (this.from = -1));
    this.root.append(this.head, this.list, this.foot);
  }

  describe(): string {
    const { rounds } = this.store.legend;
    const chosen = this.store.selection.part("rounds");
    const brushed = chosen === undefined ? "" : say("chosen", roundsOf(chosen.from, chosen.to, rounds));
    return say("n calls", count(rounds.length)) + brushed;
  }

  draw(): void {
    const { rounds } = this.store.legend;
    this.root.dataset.summary = this.describe();
    if (rounds !== this.shown) this.build(rounds);
    this.shown = rounds;
    const chosen = this.store.selection.part("rounds");
    const isChosen = (k: number) => chosen !== undefined && k >= chosen.from && k <= chosen.to;
    this.rows.forEach((row, k) => {
      toggle(row, "selected", isChosen(k));
      set(row, "aria-selected", String(isChosen(k)));
      row.tabIndex = k === (chosen?.to ?? 0) ? 0 : -1;
    });
    const text = chosen === undefined ? hint(rounds) : summaryOf(rounds, chosen.from, chosen.to);
    write(this.foot, text);
  }

  private build(rounds: readonly RoundRow[]): void {
    const scale: Scale = {
      time: Math.max(...rounds.map(timeOf), 1),
      size: Math.max(...rounds.flatMap(({ down, up }) => [down, up]), 1),
      busy: Math.max(...rounds.flatMap(({ bars }) => bars), 1),
      numbers: namesOf(rounds),
      names: rounds.map((_, k) => (areSeveral(rounds) ? roundsOf(k, k, rounds) : "")),
    };
    toggle(this.root, "tff-named", areSeveral(rounds));
    toggle(this.root, "tff-thin", rounds.length > MOST_TALL);
    const heads = [say("round"), say("time"), say("crossed"), say("busy by client"), say("clients")];
    const numbers = scale.numbers.filter(Boolean).join(", ") || say("returned");
    this.head.replaceChildren(...[...heads, numbers].map((head) => span("", head)));
    this.rows = rounds.map((round, k) => rowOf(round, k, scale));
    const empty = div("tff-empty", say("no call yet"));
    this.list.replaceChildren(...(rounds.length > 0 ? this.rows : [empty]));
  }

  private begin(event: PointerEvent): void {
    const k = this.rowAt(event);
    if (k < 0 || event.button !== 0) return;
    const chosen = this.store.selection.part("rounds");
    this.rows[k]?.focus();
    if (event.shiftKey && chosen !== undefined) this.choose(chosen.from, k);
    else if (chosen?.from === k && chosen.to === k) this.store.selection.drop("rounds");
    else {
      this.from = k;
      this.choose(k, k);
    }
  }

  private brush(event: PointerEvent): void {
    if (this.from < 0 || event.buttons === 0) return;
    const k = this.rowAt(event);
    const chosen = this.store.selection.part("rounds");
    if (k < 0 || (chosen?.from === Math.min(this.from, k) && chosen.to === Math.max(this.from, k))) return;
    this.choose(this.from, k);
  }

  private rowAt(event: Event): number {
    return this.rows.findIndex((row) => row.contains(event.target as Node));
  }

  private choose(one: number, other: number): void {
    this.store.selection.narrow({ kind: "rounds", from: Math.min(one, other), to: Math.max(one, other) });
  }

  /** Arrows go from round to round; with shift the chosen rounds grow. */
  private move(event: KeyboardEvent): void {
    const at = this.rowAt(event);
    const next = at < 0 ? undefined : walk(event, at, this.rows.length);
    if (next === undefined) return;
    const chosen = this.store.selection.part("rounds");
    if (!event.shiftKey || chosen === undefined) this.choose(next, next);
    // The end that is not held stays.
    else this.choose(at === chosen.from && at !== chosen.to ? chosen.to : chosen.from, next);
    this.rows[next]?.focus();
  }
}

/** How wide the texts beside bars are, at most. */
const TIME_TEXT = 58;
const SIZE_TEXT = 68;

interface Scale {
  time: number;
  size: number;
  busy: number;
  /** The names of the numbers that are shown. */
  numbers: string[];
  /** Whether rows say which computation was called. */
  names: string[];
}

function rowOf(round: RoundRow, k: number, scale: Scale): HTMLElement {
  const row = div("tff-round");
  set(row, "role", "option");
  row.dataset.round = String(k + 1);
  const mark = round.failed > 0 || round.outcome === "error" ? FAILED : round.wrong > 0 ? WRONG : "";
  toggle(row, "wrong", mark !== "");
  row.title = round.words;
  row.append(
    span("number", mark ? `${mark} ` : "", String(k + 1), scale.names[k] ? element("small", "", scale.names[k]) : ""),
    timeBar(round, scale),
    crossed(round, scale),
    busy(round, scale),
    notes(round),
    numbers(round, scale),
  );
  return row;
}

function timeBar(round: RoundRow, scale: Scale): HTMLElement {
  const parts = PHASES.map((phase) => bar(phase, "width", round[phase] / scale.time, TIME_TEXT));
  return span("time", ...parts, span("text", duration(timeOf(round) / PER_MILLISECOND)));
}

function crossed(round: RoundRow, scale: Scale): HTMLElement {
  const way = (lane: string, arrow: string, size: number) => {
    const told = span("text", size > 0 ? `${arrow} ${dataSize(size)}` : "");
    return span("way", bar(lane, "width", size / scale.size, SIZE_TEXT), told);
  };
  return span("crossing", way("server", "↓", round.down), way("clients", "↑", round.up));
}

function busy(round: RoundRow, scale: Scale): HTMLElement {
  return span("busy", ...round.bars.map((time) => bar("", "height", Math.max(time / scale.busy, 0.03))));
}

/** Makes a bar that is such a share of its place, but for so many pixels that a text beside it takes. */
function bar(name: string, side: "width" | "height", share: number, text = 0): HTMLElement {
  const made = element("i", name);
  made.style[side] = `calc((100% - ${text}px) * ${share})`;
  return made;
}

function notes(round: RoundRow): HTMLElement {
  const running = round.running > 0 ? say("at work", count(round.running)) : "";
  const done = round.num_clients > 0 ? say("n done", count(round.done)) + running : say("no clients");
  return span("notes", span("", done), ...round.notes.map((note) => element("small", "", note)));
}

function numbers(round: RoundRow, scale: Scale): HTMLElement {
  const told = scale.numbers.flatMap((name) => round.numbers[name] ?? []);
  const text = told.some(Boolean) ? told.join(", ") : round.outcome === "ok" ? "–" : sayState(round.outcome);
  return element("b", "returned", text);
}

function timeOf(round: RoundRow): number {
  return round.preparing + round.clients + round.server;
}

/** The names of numbers that rounds returned, two at most; a loss comes first. */
function namesOf(rounds: readonly RoundRow[]): string[] {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round.numbers)))];
  return names.sort((a, b) => Number(/loss/i.test(b)) - Number(/loss/i.test(a))).slice(0, 2);
}

function hint(rounds: readonly RoundRow[]): string {
  if (rounds.length < 2) return "";
  return say("rounds hint");
}

function summaryOf(rounds: readonly RoundRow[], from: number, to: number): string {
  const chosen = rounds.slice(from, to + 1);
  const sum = (of: (round: RoundRow) => number) => chosen.reduce((total, round) => total + of(round), 0);
  const [first, last] = [chosen[0], chosen.at(-1)];
  const trends = namesOf(chosen).map((name) => {
    const [one, other] = [first?.numbers[name] ?? "", last?.numbers[name] ?? ""];
    return `${name || say("result")} ${one === other || chosen.length < 2 ? other : `${one} → ${other}`}`;
  });
  const sizes = [
    [sum(({ down }) => down), "↓"],
    [sum(({ up }) => up), "↑"],
  ] as const;
  const parts = [
    duration(sum(timeOf) / PER_MILLISECOND),
    ...sizes.filter(([size]) => size > 0).map(([size, arrow]) => `${arrow} ${dataSize(size)}`),
    ...trends,
  ];
  return `${roundsOf(from, to, rounds)}: ${parts.join(", ")}. ${say("tell only", to - from + 1)}`;
}
