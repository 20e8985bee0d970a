// The user's source, the functions that took part, with a gutter: time, runs, what crossed, and the last values.

import { button, div, element, named, on, set, span, toggle, write } from "../dom/elements";
import { walk } from "../dom/walk";
import type { SourceRow } from "../model/messages";
import type { UserFunction } from "../model/schema";
import type { StepSum } from "../model/step_sums";
import type { TraceStore } from "../model/store";
import { count, dataSize, duration } from "../model/units";
import { Panel } from "./panel";
import { say } from "../model/words";

const DECORATOR = /^(\s*@[\w.]+)\(/;
const DEFINITION = /^\s*(async\s+)?def\s/;
const WORDS = /([A-Za-z_]\w*)/;
const MARKS = { error: "✕", nan: "◆", inf: "◆" };
/** So many lines in a row of which nothing is told fold. */
const FEWEST_FOLDED = 4;
/** Where a long line may be broken, after a sign. */
const BREAKS = /(?<=[.(,_])/;

/** A line as it stands in the panel. */
interface Line {
  function: number;
  number: number;
  row: SourceRow | null;
  element: HTMLElement;
  gutter: HTMLElement[];
  fill: HTMLElement;
}

export class SourcePanel extends Panel {
  private readonly list = named(div("tff-source tff-scroll"), "listbox", say("source told"));
  private lines: Line[] = [];
  /** The first lines of those that somebody has unfolded. */
  private readonly unfolded = new Set<string>();
  private built = "";
  private counted = "";

  constructor(store: TraceStore) {
    super("source", store);
    on(this.list, "keydown", (event) => this.move(event));
    on(this.list, "pointerleave", () => store.hover.show([]));
    this.root.append(this.list);
  }

  describe(): string {
    const { functions, source } = this.store.legend;
    const marks = source.reduce((sum, row) => sum + row.marks.length, 0);
    const wrong = marks > 0 ? say("marks", count(marks)) : "";
    return `${say("n functions", count(functions.length))}, ${say("n lines", count(source.length))}${wrong}`;
  }

  draw(): void {
    const { legend, steps, selection } = this.store;
    this.root.dataset.summary = this.describe();
    const built = JSON.stringify([
      legend.functions.length,
      legend.source.map(({ notes, marks, line }) => [line, notes, marks]),
    ]);
    if (built !== this.built) {
      this.build();
      [this.built, this.counted] = [built, ""];
    }
    const counted = JSON.stringify([legend.source, ...steps.state]);
    if (counted !== this.counted) this.count();
    this.counted = counted;
    const chosen = selection.part("line");
    const { node } = selection.marks;
    for (const line of this.lines) {
      const { row, element: shown } = line;
      const isChosen = chosen?.function === line.function && chosen.line === line.number;
      const isNode = row?.nodes.includes(node) === true;
      toggle(shown, "selected", isChosen || isNode);
      set(shown, "aria-selected", String(isChosen));
      toggle(shown, "lit", row?.nodes.some((below) => this.store.hover.lights(below)) === true);
    }
    const focusable = this.lines.find(({ element: shown }) => shown.classList.contains("selected")) ?? this.told[0];
    for (const line of this.lines) line.element.tabIndex = line === focusable ? 0 : -1;
  }

  private get told(): Line[] {
    return this.lines.filter(({ row }) => row !== null);
  }

  private build(): void {
    const { functions } = this.store.legend;
    const files = new Map<string, number[]>();
    outermost(functions).forEach((number) => {
      const file = functions[number]?.file ?? "";
      files.set(file, [...(files.get(file) ?? []), number]);
    });
    this.lines = [];
    const parts: HTMLElement[] = [];
    for (const [file, numbers] of files) {
      const words = [span(""), span("what"), ...[say("runs"), say("crossed"), "", file].map((word) => span("", word))];
      const head = div("tff-code head", ...words);
      set(head, "role", "presentation");
      const sorted = numbers.sort((a, b) => (functions[a]?.line ?? 0) - (functions[b]?.line ?? 0));
      parts.push(head, ...sorted.flatMap((number) => this.linesOf(number)));
    }
    if (parts.length === 0) parts.push(div("tff-empty", say("no function")));
    this.list.replaceChildren(...parts);
  }

  private linesOf(number: number): HTMLElement[] {
    const { functions, source } = this.store.legend;
    const { line: first = 0, text = "", name = "" } = functions[number] ?? {};
    const rows = new Map(source.filter((row) => row.function === number).map((row) => [row.line, row]));
    const texts = text ? unindented(text.trimEnd().split("\n")) : textsWithout(rows, first, name);
    const definition = texts.findIndex((line) => DEFINITION.test(line));
    const shown: HTMLElement[] = [];
    const untold: HTMLElement[] = [];
    const fold = () => shown.push(...this.folded(number, untold.splice(0)));
    texts.forEach((line, k) => {
      const decorator = k < definition ? DECORATOR.exec(line) : null;
      const isInside = k < definition && decorator === null && !line.startsWith("@");
      const row = rows.get(first + k) ?? null;
      // The arguments of a decorator are types; those on lines of their own are told on hover.
      if (isInside && row === null) return;
      const made = this.line(number, first + k, line, row, decorator?.[1] ?? "");
      if (decorator !== null) made.title = texts.slice(k, definition).join("\n");
      if (row === null && k > definition) untold.push(made);
      else {
        fold();
        shown.push(made);
      }
    });
    fold();
    return shown;
  }

  /** Lines of which nothing is told would push others out of sight: many of them are one line until it is clicked. */
  private folded(number: number, lines: HTMLElement[]): HTMLElement[] {
    const name = `${number} ${lines[0]?.dataset.line}`;
    if (lines.length < FEWEST_FOLDED || this.unfolded.has(name)) return lines;
    const code = element("code", "code", say("n folded", count(lines.length)));
    const row = div("tff-code told folded", span("bar"), span("time"), span("runs"), span("crossed"), span("no"), code);
    code.style.setProperty(
      "--tff-indent",
      lines[0]?.querySelector("code")?.style.getPropertyValue("--tff-indent") ?? "",
    );
    const unfold = () => {
      this.unfolded.add(name);
      row.replaceWith(...lines);
      lines[0]?.focus();
    };
    set(row, "role", "option");
    row.tabIndex = 0;
    on(row, "click", unfold);
    on(row, "keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") unfold();
    });
    return [row];
  }

  private line(number: number, line: number, text: string, row: SourceRow | null, decorator: string): HTMLElement {
    const fill = span("fill");
    const gutter = ["time", "runs", "crossed"].map((name) => span(name));
    const code = element(
      "code",
      "code",
      ...(decorator ? [`${decorator.trim()}(⋯)`] : this.coloured(text.trim())),
      ...(row?.marks ?? []).map((mark) => this.mark(mark)),
      ...(row?.notes ?? []).map((note) => span("note", note)),
    );
    code.style.setProperty("--tff-indent", String(text.length - text.trimStart().length));
    const looks = row === null ? "tff-code" : "tff-code told";
    const made = div(looks, span("bar", fill), ...gutter, span("no", String(line)), code);
    set(made, "role", "option");
    made.dataset.line = String(line);
    toggle(made, "wrong", (row?.marks.length ?? 0) > 0);
    const added: Line = { function: number, number: line, row, element: made, gutter, fill };
    on(made, "pointerenter", () => this.store.hover.show(added.row?.nodes ?? []));
    if (row !== null) on(made, "click", () => this.choose(number, line));
    this.lines.push(added);
    return made;
  }

  private mark({ kind, text, span }: SourceRow["marks"][number]): HTMLElement {
    const made = button(`${MARKS[kind]} ${text}`, say("arose"), () =>
      this.store.selection.select({ kind: "span", span }),
    );
    made.className = "note wrong";
    // A click on the line would select the line.
    on(made, "click", (event) => event.stopPropagation());
    return made;
  }

  /** Names of the program's steps have the colour of their placement. */
  private coloured(text: string): (Node | string)[] {
    const lanes = new Map(
      this.store.legend.program?.steps.map((step) => [step.title, step.crosses_to ? "server" : step.gives.lane]) ?? [],
    );
    return text.split(WORDS).flatMap((word): (Node | string)[] => {
      const lane = lanes.get(word);
      const pieces = word
        .split(BREAKS)
        .flatMap((piece) => (/[.(,_]$/.test(piece) ? [piece, document.createElement("wbr")] : [piece]));
      return lane ? [element("b", lane, ...pieces)] : pieces;
    });
  }

  /** Writes the numbers: those of all, or of what is selected. */
  private count(): void {
    const { steps, legend } = this.store;
    for (const line of this.lines)
      line.row &&= legend.source.find((row) => row.function === line.function && row.line === line.number) ?? null;
    const told = this.told;
    const sums = steps.isOfPart
      ? steps.of(told.map(({ row }) => ({ nodes: row?.nodes ?? [], atClients: row?.at_clients ?? false })))
      : null;
    const times = told.map(({ row }, k) => sums?.[k]?.elapsed ?? (row?.elapsed ?? 0) / 1e6);
    const longest = Math.max(...times, 1e-9);
    toggle(this.list, "part", sums !== null);
    for (const head of this.list.querySelectorAll(".what")) write(head, say(steps.isOfClient ? "busy" : "time"));
    const totals = this.totalsOf(told, sums);
    told.forEach(({ row, gutter, fill, element: shown }, k) => {
      if (row === null) return;
      const [runs, crossed] = gutterOf(row, sums?.[k] ?? null);
      const numbers = [runs, crossed || (totals.get(k) ?? "")];
      [times[k] && row.elapsed ? duration(times[k]) : "", ...numbers].forEach((text, place) => {
        const cell = gutter[place];
        if (cell) write(cell, text);
      });
      const runningNow = isCounted(row) ? (sums?.[k]?.running ?? row.running) : 0;
      toggle(shown, "running", runningNow > 0);
      fill.style.width = row.elapsed ? `${(100 * (times[k] ?? 0)) / longest}%` : "0";
      toggle(fill, "pale", row.is_passed_on);
    });
  }

  /** What crossed in a whole function, by the place of its first line, if that is not the line that says so itself. */
  private totalsOf(told: Line[], sums: (StepSum | null)[] | null): Map<number, string> {
    const totals = new Map<number, string>();
    for (const number of new Set(told.map((line) => line.function))) {
      const of = (to: string) =>
        told.reduce((size, { row, function: whose }, k) => {
          const isHere = whose === number && row?.crosses_to === to;
          return size + (isHere ? crossedIn(row, sums?.[k] ?? null) : 0);
        }, 0);
      const sizes: [string, number][] = [
        ["↓", of("clients")],
        ["↑", of("server")],
      ];
      const texts = sizes.flatMap(([arrow, size]) => (size ? [`${arrow} ${dataSize(size)}`] : []));
      totals.set(
        told.findIndex((line) => line.function === number),
        texts.join("\n"),
      );
    }
    return totals;
  }

  private choose(number: number, line: number): void {
    const { selection } = this.store;
    const chosen = selection.part("line");
    if (chosen?.function === number && chosen.line === line) selection.drop("line");
    else selection.select({ kind: "line", function: number, line });
  }

  private move(event: KeyboardEvent): void {
    const { told } = this;
    const at = told.findIndex(({ element: shown }) => shown === event.target);
    const next = told[(at < 0 ? undefined : walk(event, at, told.length)) ?? -1];
    next?.element.focus();
    if (next && (event.key === "Enter" || event.key === " ")) this.choose(next.function, next.number);
  }
}

/** Whether runs are told: not of a line that only tells values. */
function isCounted({ expected, done, failed, running }: SourceRow): boolean {
  return expected + done + failed + running > 0;
}

/** What stands in the gutter beside the time: runs, and what crossed. */
function gutterOf(row: SourceRow, sum: StepSum | null): [string, string] {
  const runs = sum?.runs ?? row.done + row.failed + row.cancelled + row.running;
  const running = sum?.running ?? row.running;
  const isShort = runs < row.expected || sum !== null;
  const many = row.expected === 0 ? "" : isShort ? say("of", count(runs), count(row.expected)) : `× ${count(runs)}`;
  const told = !isCounted(row) ? "" : running > 0 ? say("n now", count(running)) : many;
  const arrow = row.crosses_to === "server" ? "↑" : "↓";
  const size = crossedIn(row, sum);
  return [told, size ? `${arrow} ${dataSize(size)}` : ""];
}

/** How many bytes crossed because of a line: of all, or of what is selected. */
function crossedIn({ letters, size }: SourceRow, sum: StepSum | null): number {
  return letters && sum !== null ? (size * sum.letters) / letters : size;
}

/** The functions that no other one contains. */
function outermost(functions: readonly UserFunction[]): number[] {
  const last = ({ line, text }: UserFunction) => line + Math.max(text.trimEnd().split("\n").length, 1) - 1;
  const holds = (outer: UserFunction, inner: UserFunction) =>
    outer !== inner &&
    outer.file === inner.file &&
    outer.line <= inner.line &&
    last(inner) <= last(outer) &&
    (last(outer) - outer.line > last(inner) - inner.line || functions.indexOf(outer) < functions.indexOf(inner));
  return functions.flatMap((inner, k) => (functions.some((outer) => holds(outer, inner)) ? [] : [k]));
}

/** A function that stands in another one, or in a class, begins at the left here. */
function unindented(lines: string[]): string[] {
  const indents = lines.filter((line) => line.trim()).map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(Math.min(least, line.length)));
}

/** Where the trace leaves the source out, the lines are there, and the name of the function. */
function textsWithout(rows: ReadonlyMap<number, SourceRow>, first: number, name: string): string[] {
  const last = Math.max(first, ...rows.keys());
  return Array.from({ length: last - first + 1 }, (_, k) => (k === 0 ? name : ""));
}
