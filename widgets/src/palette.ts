// The palette: one types what to look for, walks through what is found with the arrows, and all panels follow.

import { div, named, on, set, write } from "./dom/elements";
import { type Findings, findingsOf, type Found } from "./model/found";
import type { TraceStore } from "./model/store";
import { count } from "./model/units";
import { say } from "./model/words";

let numPalettes = 0;

export class Palette {
  readonly root = div("tff-palette");
  private readonly input = document.createElement("input");
  private readonly told = div("soft");
  private readonly options = div();
  private readonly list = div("tff-found", this.told, this.options);
  private findings: Findings = { listed: [], total: 0 };
  private at = -1;

  constructor(private readonly store: TraceStore) {
    const name = `tff-found-${(numPalettes += 1)}`;
    Object.assign(this.input, { type: "search", placeholder: say("find") });
    this.input.title = say("examples");
    named(this.input, "combobox", say("find told", say("examples")));
    for (const [key, value] of Object.entries({
      "aria-controls": name,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
    }))
      set(this.input, key, value);
    set(this.told, "role", "status");
    named(this.options, "listbox", say("found"));
    this.options.id = name;
    this.list.hidden = true;
    on(this.input, "input", () => this.look());
    on(this.input, "focus", () => this.open(this.input.value !== ""));
    on(this.input, "keydown", (event) => this.press(event));
    on(this.root, "focusout", (event) => {
      if (!this.root.contains(event.relatedTarget as Node | null)) this.open(false);
    });
    this.root.append(this.input, this.list);
  }

  /** Lets the keyboard write into the palette; returns whether it did not do so before. */
  focus(target: EventTarget | null): boolean {
    if (target === this.input) return false;
    this.input.focus();
    this.input.select();
    return true;
  }

  private look(): void {
    this.store.search.search(this.input.value);
    this.findings = findingsOf(this.store.search.query, this.store);
    this.at = -1;
    this.open(this.input.value.trim() !== "");
  }

  private open(isOpen: boolean): void {
    this.list.hidden = !isOpen;
    set(this.input, "aria-expanded", String(isOpen));
    if (isOpen) this.show();
  }

  private show(): void {
    const { listed, total } = this.findings;
    const results = say("n results", count(total), total > listed.length ? say("first listed", listed.length) : "");
    write(this.told, total === 0 ? say("nothing found", say("examples")) : results);
    this.options.replaceChildren(...listed.map((found, k) => this.option(found, k)));
    this.mark();
  }

  private option({ text }: Found, k: number): HTMLElement {
    const made = div("option", text);
    made.id = `${this.options.id}-${k}`;
    set(made, "role", "option");
    // The pointer leaves the keyboard where it is.
    on(made, "pointerdown", (event) => event.preventDefault());
    on(made, "click", () => {
      this.go(k);
      this.open(false);
    });
    return made;
  }

  private press(event: KeyboardEvent): void {
    const { length } = this.findings.listed;
    if (event.key === "Escape" && !this.list.hidden) {
      this.open(false);
      event.stopPropagation();
      return;
    }
    const steps: Record<string, number> = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, Enter: this.at + 1 };
    const next = steps[event.key];
    if (next === undefined || length === 0) return;
    event.preventDefault();
    if (this.list.hidden) this.open(true);
    this.go((next + length) % length);
  }

  /** Selects a result; rounds and brushed time stay, as with a click. */
  private go(k: number): void {
    const found = this.findings.listed[k];
    if (found === undefined) return;
    this.at = k;
    this.mark();
    this.store.selection.select(found.part);
  }

  private mark(): void {
    const options = [...this.options.children];
    options.forEach((option, k) => set(option, "aria-selected", String(k === this.at)));
    const active = options[this.at];
    active?.scrollIntoView({ block: "nearest" });
    if (active) set(this.input, "aria-activedescendant", active.id);
    else this.input.removeAttribute("aria-activedescendant");
  }
}
