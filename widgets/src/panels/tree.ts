// A tree of rows with a bar each.

import type { Part } from "../model/selection";
import type { Total } from "../model/totals";
import { count, duration } from "../model/units";
import { element, write } from "../dom/elements";
import { Panel } from "./panel";

// More rows than this nobody reads, and the page would become slow.
const MAX_ROWS = 1000;

export interface TreeRow extends Readonly<Total> {
  /** What identifies the row between two drawings. */
  id: string;
  depth: number;
  name: string;
  detail: string;
  tip: string;
  selected: boolean;
  dim: boolean;
  part: Part;
}

/** Draws rows and keeps their elements, so that nothing flickers and the focus stays. */
export abstract class TreePanel extends Panel {
  private readonly list = element("div", "tff-scroll");
  private readonly empty = element("div", "tff-empty");
  private elements = new Map<string, RowElement>();
  protected rows: TreeRow[] = [];

  protected abstract makeRows(): TreeRow[];
  protected abstract readonly emptyText: string;

  protected constructor(name: string, heading: string, store: Panel["store"]) {
    super(name, store);
    const header = element("div", "tff-row header");
    for (const text of [heading, "calls", "own time", ""]) {
      header.append(element("span", text === heading ? "name" : "number", text));
    }
    header.setAttribute("aria-hidden", "true");
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.title);
    this.list.addEventListener("keydown", (event) => this.move(event));
    this.root.append(header, this.list, this.empty);
  }

  draw(): void {
    const all = this.makeRows();
    this.rows = all.length > MAX_ROWS ? all.filter((row) => row.calls || row.running || row.selected) : all;
    this.rows.length = Math.min(this.rows.length, MAX_ROWS);
    const hidden = all.length - this.rows.length;
    this.empty.textContent = hidden > 0 ? `${count(hidden)} rows without calls are left out.` : this.emptyText;
    this.empty.hidden = this.rows.length > 0 && hidden === 0;
    const longest = Math.max(...this.rows.map((row) => row.time), 1e-9);
    const kept = new Map<string, RowElement>();
    this.rows.forEach((row, position) => {
      const shown = this.elements.get(row.id) ?? new RowElement((part) => this.store.selection.select(part));
      shown.show(row, longest);
      const there = this.list.children[position] ?? null;
      if (there !== shown.root) this.list.insertBefore(shown.root, there);
      kept.set(row.id, shown);
    });
    for (const [id, shown] of this.elements) if (!kept.has(id)) shown.root.remove();
    this.elements = kept;
    const focusable = this.rows.find((row) => row.selected) ?? this.rows[0];
    for (const [id, shown] of kept) shown.root.tabIndex = id === focusable?.id ? 0 : -1;
    this.root.dataset.summary = this.describe();
  }

  private move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -this.rows.length, End: this.rows.length }[event.key];
    if (step === undefined) return;
    const selected = this.rows.findIndex((row) => row.selected);
    const next = this.rows[Math.min(Math.max(selected + step, 0), this.rows.length - 1)];
    if (next === undefined) return;
    event.preventDefault();
    this.store.selection.select(next.part);
    this.elements.get(next.id)?.root.focus();
  }
}

class RowElement {
  readonly root = element("div", "tff-row");
  private readonly name = element("span", "name");
  private readonly label = element("span");
  private readonly detail = element("span", "soft");
  private readonly calls = element("span", "number");
  private readonly time = element("span", "number");
  private readonly track = element("div", "track");
  private readonly fill = element("div", "fill");
  private part: Part | null = null;

  constructor(select: (part: Part) => void) {
    this.track.append(this.fill);
    this.name.append(this.label, this.detail);
    this.root.append(this.name, this.calls, this.time, this.track);
    this.root.setAttribute("role", "option");
    this.root.addEventListener("click", () => this.part && select(this.part));
  }

  show(row: TreeRow, longest: number): void {
    this.part = row.part;
    this.name.style.paddingLeft = `${row.depth * 12}px`;
    write(this.label, row.name);
    write(this.detail, row.detail ? `  ${row.detail}` : "");
    write(this.calls, row.calls ? count(row.calls) : "");
    write(this.time, row.calls ? duration(row.time) : "");
    this.track.hidden = row.calls === 0;
    this.fill.style.width = `${(100 * row.time) / longest}%`;
    this.name.dataset.running = row.running ? `${row.running} running` : "";
    this.root.title = row.tip;
    this.root.dataset.row = row.id;
    this.root.dataset.calls = String(row.calls);
    this.root.classList.toggle("lit", row.running > 0);
    this.root.classList.toggle("selected", row.selected);
    this.root.classList.toggle("dim", row.dim);
    this.root.setAttribute("aria-selected", String(row.selected));
  }
}
