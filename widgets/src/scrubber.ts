// One scrubber under all panels: the strip of time, and a playhead that shows the run again.

import { button, choiceOf, div, element, named, on, set, span, toggle, write } from "./dom/elements";
import { ObservedSize } from "./dom/observed_size";
import { type Closable, Opened } from "./dom/opened";
import { type Activity, activityOf } from "./model/activity";
import { roundsOf } from "./model/names";
import type { TraceStore } from "./model/store";
import { duration } from "./model/units";
import { shape } from "./panels/graph/shapes";
import { say } from "./model/words";

const HEIGHT = 20;
/** In so short a run one sees nothing at its own pace; it then takes so long, in milliseconds. */
const SHORT = 200;
const SLOWED = 4000;
const SPEEDS = [0.25, 0.5, 10, 100];
/** Who wants less motion sees so many still pictures, so many milliseconds each. */
const STILLS = 12;
const STILL_TIME = 1000;
const SMALLEST_ROUND = 58;
const KINDS = ["called", "clients", "server"] as const;

export class Scrubber implements Closable {
  readonly root = div("tff-scrubber");
  private readonly opened = new Opened();
  private readonly svg = shape("svg", { "aria-hidden": "true" });
  private readonly marks = div("marks");
  private readonly head = element("i", "playhead");
  private readonly strip = named(div("strip", this.svg, this.marks, this.head), "slider", say("moment"));
  private readonly clock = span("clock");
  private readonly play = button("▶", say("play"), () => this.toggle());
  private readonly speed = choiceOf([["", ""], ...SPEEDS.map((speed): [string, string] => [`${speed} ×`, `${speed}`])]);
  private readonly room = this.opened.add(new ObservedSize(this.strip, () => this.draw()));
  private painted = "";
  private timer = 0;
  private frame = 0;
  private before = 0;

  constructor(private readonly store: TraceStore) {
    const first = button("⇤", say("to start"), () => this.show(this.extent[0]));
    this.speed.title = say("speed");
    set(this.speed, "aria-label", say("speed"));
    this.strip.tabIndex = 0;
    this.strip.title = say("scrubber");
    on(this.strip, "keydown", (event) => this.press(event));
    on(this.strip, "pointerdown", (event) => {
      this.strip.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    on(this.strip, "pointermove", (event) => {
      if (event.buttons > 0) this.drag(event);
    });
    this.root.append(span("tff-buttons", first, this.play, this.speed), this.strip, this.clock);
    this.opened.addEnd(() => this.stop());
  }

  close(): void {
    this.opened.close();
  }

  draw(): void {
    const { progress, columns, replay, legend, selection } = this.store;
    this.root.hidden = legend.invocations.length === 0;
    if (this.root.hidden) return;
    const [from, to] = this.extent;
    toggle(this.root, "live", !progress.finished);
    const [own] = this.speed.options;
    if (own) own.textContent = to - from < SHORT ? say("slowed") : "1 ×";
    const width = Math.floor(this.room.width);
    const state = `${columns.count} ${width} ${to} ${from}`;
    if (width > 0 && state !== this.painted) {
      this.painted = state;
      this.paint(width);
    }
    const chosen = selection.part("rounds");
    this.marks.querySelectorAll(".round").forEach((mark, k) => {
      toggle(mark, "chosen", chosen !== undefined && k >= chosen.from && k <= chosen.to);
    });
    const moment = replay.moment ?? to;
    this.head.style.left = `${(100 * (moment - from)) / (to - from)}%`;
    set(this.strip, "aria-valuemin", "0");
    set(this.strip, "aria-valuemax", String(Math.round(to - from)));
    set(this.strip, "aria-valuenow", String(Math.round(moment - from)));
    const round = this.roundAt(moment);
    const told = `${progress.sayMoment(moment)}${legend.invocations.length > 1 ? `, ${roundsOf(round, round, legend.invocations)}` : ""}`;
    set(this.strip, "aria-valuetext", told);
    this.root.dataset.moment = replay.moment === null ? "" : String(moment);
    const [passed, whole] = [duration(this.inCalls(moment)), duration(this.inCalls(to))];
    write(this.clock, replay.moment === null ? whole : say("of", passed, whole));
  }

  /** How long calls had run at a moment: what is between them is no part of what the run took. */
  private inCalls(moment: number): number {
    const { columns, legend } = this.store;
    return legend.invocations.reduce((sum, { span }) => {
      const [start, end] = [columns.start(span), columns.endInAll(span)];
      return sum + Math.max(Math.min(end, moment) - start, 0);
    }, 0);
  }

  /** From the first call to the end of the last: what a cell does before is no part of the run. */
  private get extent(): [number, number] {
    return this.store.progress.extent;
  }

  private paint(width: number): void {
    const { columns, legend } = this.store;
    const [from, to] = this.extent;
    const parts = Math.max(1, Math.min(width, 800));
    const activity = activityOf(columns, legend, [from, to], parts);
    set(this.svg, "viewBox", `0 0 ${parts} ${HEIGHT}`);
    set(this.svg, "preserveAspectRatio", "none");
    const outlines = outlinesOf(activity);
    this.svg.replaceChildren(...KINDS.map((kind) => shape("path", { class: kind, d: outlines[kind] })));
    this.strip.dataset.kinds = KINDS.filter((kind) => outlines[kind] !== "").join(" ");
    const place = (time: number) => (100 * (time - from)) / (to - from);
    const room = (width * Math.min(...legend.invocations.map(({ span }) => this.lengthOf(span)))) / (to - from);
    const isNamed = legend.invocations.length > 1 && room > SMALLEST_ROUND;
    const words = KINDS.filter((kind) => outlines[kind]).map((kind) => span(kind, wordOf(kind)));
    const rounds = legend.invocations.map((call, k) => {
      const mark = span("round", isNamed ? roundsOf(k, k, legend.invocations) : "");
      mark.style.left = `${place(columns.start(call.span))}%`;
      mark.style.width = `${(100 * this.lengthOf(call.span)) / (to - from)}%`;
      return mark;
    });
    const wrong = legend.source
      .flatMap((row) => row.marks)
      .map(({ kind, text, span }) => {
        const mark = element("b", "wrong", kind === "error" ? "✕" : "◆");
        mark.title = text;
        mark.style.left = `${place(columns.endInAll(span))}%`;
        return mark;
      });
    this.marks.replaceChildren(
      ...(legend.invocations.length > 1 ? rounds : []),
      span(isNamed ? "key below" : "key", ...words),
      ...wrong,
    );
  }

  private lengthOf(span: number): number {
    const { columns } = this.store;
    return columns.endInAll(span) - columns.start(span);
  }

  private roundAt(moment: number): number {
    const { columns, legend } = this.store;
    return Math.max(legend.invocations.filter(({ span }) => columns.start(span) <= moment).length - 1, 0);
  }

  private drag(event: PointerEvent): void {
    const box = this.strip.getBoundingClientRect();
    const [from, to] = this.extent;
    const share = Math.min(Math.max((event.clientX - box.left) / Math.max(box.width, 1), 0), 1);
    this.stop();
    this.show(from + share * (to - from));
  }

  /** Shows a moment; at the end all is shown as it is without a playhead. */
  private show(moment: number): void {
    const [from, to] = this.extent;
    if (!this.store.progress.finished) return;
    this.store.replay.show(moment >= to ? null : Math.max(moment, from));
  }

  private press(event: KeyboardEvent): void {
    const { replay, columns, legend } = this.store;
    const [from, to] = this.extent;
    const moment = replay.moment ?? to;
    const starts = legend.invocations.map(({ span }) => columns.start(span));
    const go: Record<string, () => number> = {
      ArrowRight: () => (event.shiftKey ? starts.find((start) => start > moment) : replay.change(1)) ?? to,
      ArrowLeft: () => (event.shiftKey ? starts.filter((start) => start < moment).at(-1) : replay.change(-1)) ?? from,
      Home: () => from,
      End: () => to,
    };
    const next = go[event.key];
    if (next === undefined && event.key !== " ") return;
    event.preventDefault();
    if (next === undefined) this.toggle();
    else {
      this.stop();
      this.show(next());
    }
  }

  private get isPlaying(): boolean {
    return this.timer !== 0 || this.frame !== 0;
  }

  private toggle(): void {
    if (this.isPlaying) {
      this.stop();
      return;
    }
    if (!this.store.progress.finished) return;
    const [from] = this.extent;
    if (this.store.replay.moment === null) this.show(from);
    this.tellPlaying(true);
    const isStill = window.matchMedia?.("(prefers-reduced-motion: reduce)").matches === true;
    if (isStill) this.timer = window.setInterval(() => this.step(1 / STILLS), STILL_TIME);
    else {
      this.before = performance.now();
      this.frame = requestAnimationFrame((now) => this.run(now));
    }
  }

  private stop(): void {
    window.clearInterval(this.timer);
    cancelAnimationFrame(this.frame);
    [this.timer, this.frame] = [0, 0];
    this.tellPlaying(false);
  }

  private tellPlaying(isPlaying: boolean): void {
    this.play.textContent = isPlaying ? "‖" : "▶";
    this.play.title = isPlaying ? say("stop") : say("play");
  }

  private run(now: number): void {
    const [from, to] = this.extent;
    const length = to - from;
    const speed = Number(this.speed.value) || (length < SHORT ? length / SLOWED : 1);
    const passed = Math.max(now - this.before, 0) * speed;
    this.before = now;
    this.frame = requestAnimationFrame((next) => this.run(next));
    this.step(passed / length);
  }

  /** Goes on by a share of the run, and stops at the end. */
  private step(share: number): void {
    const [from, to] = this.extent;
    const next = (this.store.replay.moment ?? from) + share * (to - from);
    this.show(next);
    if (next >= to) this.stop();
  }
}

function wordOf(kind: (typeof KINDS)[number]): string {
  return say(kind === "called" ? "preparing" : kind === "clients" ? "clients at work" : "server");
}

/** Returns an outline of each kind: of each part of time the kind that fills most of it; clients as high as they are many. */
function outlinesOf({ clients, server, called }: Activity): Record<(typeof KINDS)[number], string> {
  const most = clients.reduce((greatest, level) => Math.max(greatest, level), 1);
  const outlines = { called: "", clients: "", server: "" };
  called.forEach((share, k) => {
    const [atClients, atServer] = [clients[k] ?? 0, server[k] ?? 0];
    const rest = share - Math.min(atClients + atServer, share);
    const isOfClients = atClients > 0 && Math.min(atClients, 1) >= Math.max(atServer, rest);
    const kind = isOfClients ? "clients" : atServer >= rest && atServer > 0 ? "server" : "called";
    if (share <= 0) return;
    const height = HEIGHT * (kind === "clients" ? Math.max(atClients / most, 0.2) : kind === "server" ? 1 : 0.75);
    outlines[kind] += `M${k},${HEIGHT}v-${height.toFixed(1)}h1.05V${HEIGHT}Z`;
  });
  return outlines;
}
