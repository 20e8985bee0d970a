// The computation as a tree, a row with a bar for each node; the nodes being executed are lit.

import type { Part } from "../model/selection";
import type { TraceStore } from "../model/store";
import type { Total } from "../model/totals";
import { count, duration } from "../model/units";
import { div, named, on, set, span, toggle, write } from "../dom/elements";
import { walk } from "../dom/walk";
import { Panel } from "./panel";
import { say } from "../model/words";

// More rows than this nobody reads, and the page would become slow.
const MAX_ROWS = 1000;

interface TreeRow extends Readonly<Total> {
  /** The number of the AST node. */
  id: number;
  depth: number;
  name: string;
  detail: string;
  tip: string;
  selected: boolean;
  dim: boolean;
  part: Part;
  /** Whether the rows below it are shown; null if there are none. */
  isOpen: boolean | null;
}

/** Draws rows and keeps their elements, so that nothing flickers and the focus stays. */
export class AstPanel extends Panel {
  private readonly list = div("tff-scroll");
  private readonly empty = div("tff-empty");
  private elements = new Map<number, RowElement>();
  /** The rows below which nothing is shown. */
  private readonly folded = new Set<number>();
  private rows: TreeRow[] = [];
  private seenParts: readonly Part[] = [];

  constructor(store: TraceStore) {
    super("ast", store);
    const columns = [say("calls"), say("own time"), ""].map((text) => span("number", text));
    const header = div("tff-row header", span("name", say("AST node")), ...columns);
    set(header, "aria-hidden", "true");
    named(this.list, "tree", this.title);
    on(this.list, "keydown", (event) => this.move(event));
    this.root.append(header, this.list, this.empty);
  }

  describe(): string {
    const lit = this.rows.filter((row) => row.running > 0).map((row) => row.name);
    return say("n nodes", this.rows.length) + (lit.length ? say("executing", lit.join(", ")) : "");
  }

  draw(): void {
    const made = this.makeRows();
    this.unfoldAround(
      made.findIndex((row) => row.selected),
      made,
    );
    const all = this.unfolded(made);
    this.rows = all.length > MAX_ROWS ? all.filter((row) => row.calls || row.running || row.selected) : all;
    this.rows.length = Math.min(this.rows.length, MAX_ROWS);
    const hidden = all.length - this.rows.length;
    this.empty.textContent = hidden > 0 ? say("rows left out", count(hidden)) : say("no call yet");
    this.empty.hidden = this.rows.length > 0 && hidden === 0;
    const longest = Math.max(...this.rows.map((row) => row.time), 1e-9);
    const kept = new Map<number, RowElement>();
    this.rows.forEach((row, position) => {
      const shown = this.elements.get(row.id) ?? this.newRow(row.id);
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

  private makeRows(): TreeRow[] {
    const { legend, sums, selection, search } = this.store;
    return legend.nodes.map((node, number) => ({
      id: number,
      depth: legend.ast[number] ?? 0,
      name: node.label,
      detail: [node.edge, node.type].filter(Boolean).join(": "),
      tip: `${node.kind} ${node.label}\n${node.type}`,
      ...sums.nodes.of(number),
      selected: selection.marks.node === number,
      dim: !search.finds(`${node.label} ${node.type}`),
      part: { kind: "node", node: number },
      isOpen: null,
    }));
  }

  private newRow(id: number): RowElement {
    return new RowElement(
      (part, event) => this.pick(part, event),
      () => this.fold(id, !this.folded.has(id)),
    );
  }

  private fold(id: number, isFolded: boolean): void {
    if (isFolded) this.folded.add(id);
    else this.folded.delete(id);
    this.draw();
  }

  /** Returns the rows that are not below a folded one, and says of each whether it has rows below. */
  private unfolded(rows: TreeRow[]): TreeRow[] {
    let hiddenBelow = Infinity;
    return rows.filter((row, k) => {
      if (row.depth > hiddenBelow) return false;
      const hasBelow = (rows[k + 1]?.depth ?? 0) > row.depth;
      row.isOpen = hasBelow ? !this.folded.has(row.id) : null;
      hiddenBelow = row.isOpen === false ? row.depth : Infinity;
      return true;
    });
  }

  /** What is selected is seen. */
  private unfoldAround(selected: number, rows: TreeRow[]): void {
    const { parts } = this.store.selection;
    if (parts === this.seenParts) return;
    this.seenParts = parts;
    let depth = rows[selected]?.depth ?? 0;
    for (let k = selected - 1; k >= 0 && depth > 0; k--) {
      const row = rows[k];
      if (row === undefined || row.depth >= depth) continue;
      depth = row.depth;
      this.folded.delete(row.id);
    }
  }

  /** Up and down go from row to row; left folds or goes to the row above, right unfolds. */
  private move(event: KeyboardEvent): void {
    const selectedRow = this.rows.find((row) => row.selected);
    if (selectedRow !== undefined && this.turn(selectedRow, event.key)) {
      event.preventDefault();
      return;
    }
    const selected = this.rows.findIndex((row) => row.selected);
    this.go(this.rows[walk(event, selected, this.rows.length) ?? -1]);
  }

  private go(row: TreeRow | undefined): void {
    if (row === undefined) return;
    this.store.selection.select(row.part);
    this.elements.get(row.id)?.root.focus();
  }

  private turn({ id, isOpen, depth }: TreeRow, key: string): boolean {
    if (key === "ArrowRight" && isOpen === false) this.fold(id, false);
    else if (key === "ArrowLeft" && isOpen === true) this.fold(id, true);
    else if (key === "ArrowLeft") {
      const at = this.rows.findIndex((row) => row.id === id);
      const above = this.rows
        .slice(0, Math.max(at, 0))
        .reverse()
        .find((row) => row.depth < depth);
      this.go(above);
      return above !== undefined;
    } else return false;
    return true;
  }
}

class RowElement {
  private readonly twist = span("twist");
  private readonly label = span();
  private readonly detail = span("soft");
  private readonly name = span("name", this.twist, this.label, this.detail);
  private readonly calls = span("number");
  private readonly time = span("number");
  private readonly fill = div("fill");
  private readonly track = div("track", this.fill);
  readonly root = div("tff-row", this.name, this.calls, this.time, this.track);
  private part: Part | null = null;

  constructor(select: (part: Part, event: MouseEvent) => void, fold: () => void) {
    set(this.twist, "aria-hidden", "true");
    on(this.twist, "click", (event) => {
      event.stopPropagation();
      fold();
    });
    set(this.root, "role", "treeitem");
    on(this.root, "click", (event) => this.part && select(this.part, event));
  }

  show(row: TreeRow, longest: number): void {
    this.part = row.part;
    this.name.style.paddingLeft = `${row.depth * 12}px`;
    write(this.twist, row.isOpen === null ? "" : row.isOpen ? "▾" : "▸");
    set(this.root, "aria-level", String(row.depth + 1));
    if (row.isOpen === null) this.root.removeAttribute("aria-expanded");
    else set(this.root, "aria-expanded", String(row.isOpen));
    write(this.label, row.name);
    write(this.detail, row.detail ? `  ${row.detail}` : "");
    write(this.calls, row.calls ? count(row.calls) : "");
    write(this.time, row.calls ? duration(row.time) : "");
    this.track.hidden = row.calls === 0;
    this.fill.style.width = `${(100 * row.time) / longest}%`;
    this.name.dataset.running = row.running ? say("n running", row.running) : "";
    this.root.title = row.tip;
    this.root.dataset.row = String(row.id);
    this.root.dataset.calls = String(row.calls);
    toggle(this.root, "lit", row.running > 0);
    toggle(this.root, "selected", row.selected);
    toggle(this.root, "dim", row.dim);
    set(this.root, "aria-selected", String(row.selected));
  }
}
