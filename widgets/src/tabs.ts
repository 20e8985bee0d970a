// Tabs, of which one is active; which, the browser remembers.

import { button, div, named, on, set, span, write } from "./dom/elements";
import { questionOf } from "./look";
import { say } from "./model/words";

const MEMORY = "tffsim-tab";

export class Tabs {
  readonly root = named(div("tff-tabs"), "tablist", say("Panels"));
  private readonly answers = new Map<string, HTMLElement>();
  private chosen: string;

  /** `titles` has the name and the title of each; `changed` is called when another one is chosen. */
  constructor(
    private readonly titles: ReadonlyMap<string, string>,
    private readonly changed: () => void,
  ) {
    const remembered = recall();
    this.chosen = titles.has(remembered) ? remembered : ([...titles.keys()][0] ?? "");
    this.root.hidden = titles.size < 2;
    on(this.root, "keydown", (event) => this.move(event));
    for (const [name, title] of titles) {
      const tab = button(title, "", () => this.choose(name));
      set(tab, "role", "tab");
      tab.dataset.tab = name;
      const answer = span("answer");
      // A tab is called by its name alone.
      set(answer, "aria-hidden", "true");
      this.answers.set(name, answer);
      tab.append(answer);
      this.root.append(tab);
    }
    this.mark();
  }

  /** The name of the active one. */
  get active(): string {
    return this.chosen;
  }

  /** Lets each tab say its answer, and on hover which question that is of, and what its word means. */
  explain(words: Readonly<Record<string, string>>, answers: Readonly<Record<string, string>>): void {
    for (const tab of this.root.querySelectorAll<HTMLElement>("[role=tab]")) {
      const name = tab.dataset.tab ?? "";
      const meaning = words[this.titles.get(name) ?? ""] ?? "";
      const answer = answers[name] ?? "";
      write(this.answers.get(name) ?? tab, answer);
      tab.title = [questionOf(name), answer, meaning].filter(Boolean).join("\n");
    }
  }

  private choose(name: string): void {
    this.chosen = name;
    remember(name);
    this.mark();
    this.changed();
  }

  private mark(): void {
    for (const tab of this.root.querySelectorAll<HTMLElement>("[role=tab]")) {
      const isActive = tab.dataset.tab === this.chosen;
      set(tab, "aria-selected", String(isActive));
      tab.tabIndex = isActive ? 0 : -1;
    }
  }

  private move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const names = [...this.titles.keys()];
    const next = names.at((names.indexOf(this.chosen) + step) % names.length);
    if (next !== undefined) this.choose(next);
    this.root.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }
}

function recall(): string {
  try {
    return localStorage.getItem(MEMORY) ?? "";
  } catch {
    return "";
  }
}

function remember(tab: string): void {
  try {
    localStorage.setItem(MEMORY, tab);
  } catch {
    // A sandboxed page has no storage; the tab is then forgotten.
  }
}
