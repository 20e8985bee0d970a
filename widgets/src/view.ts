// The view of a trace: a head line, the panels in tabs, the first of them several side by side, and details.

import { NONE } from "./model/messages";
import type { TraceStore } from "./model/store";
import { count, duration } from "./model/units";
import { Details } from "./details";
import { button, element, write } from "./dom/elements";
import { NextFrame } from "./dom/next_frame";
import { ObservedSize } from "./dom/observed_size";
import { Opened } from "./dom/opened";
import { AstPanel } from "./panels/ast";
import { ClientsPanel } from "./panels/clients";
import { GraphPanel } from "./panels/graph/panel";
import type { Panel } from "./panels/panel";
import { StackPanel } from "./panels/stack";
import { TimelinePanel } from "./panels/timeline/panel";
import { TrafficPanel } from "./panels/traffic";
import css from "./styles/index.css";
import { followTheme } from "./theme";

export const PANELS: Record<string, new (store: TraceStore) => Panel> = {
  stack: StackPanel,
  clients: ClientsPanel,
  timeline: TimelinePanel,
  graph: GraphPanel,
  ast: AstPanel,
  traffic: TrafficPanel,
};
const OVERVIEW = "overview";
const SIDE_BY_SIDE = ["stack", "clients", "ast", "timeline"];
const MILLISECONDS_BETWEEN_LOOKS = 1000;
const MILLISECONDS_UNTIL_SILENT = 3000;
const MEMORY = "tffsim-tab";

export interface ViewOptions {
  panels: string[];
  /** Whether the view is all there is on its page. */
  isPage?: boolean;
}

export class View {
  readonly root = element("div", "tffsim");
  private readonly status = element("span", "tff-status");
  private readonly title = element("span", "tff-title");
  private readonly tabs = element("div", "tff-tabs");
  private readonly body = element("div", "tff-panels");
  private readonly error = button("", "Show where it arose", () =>
    this.store.selection.select({ span: this.store.failures.first }),
  );
  private readonly details: Details;
  private readonly search = document.createElement("input");
  private readonly panels: Panel[];
  private readonly opened = new Opened();
  private readonly frame = this.opened.add(new NextFrame(() => this.draw()));
  /** Which panels each tab shows. */
  private readonly contents = new Map<string, string[]>();
  private active: string;

  constructor(
    private readonly store: TraceStore,
    private readonly options: ViewOptions,
  ) {
    this.details = new Details(store);
    this.panels = options.panels.flatMap((name) => {
      const PanelOfName = PANELS[name];
      return PanelOfName === undefined ? [] : [this.opened.add(new PanelOfName(store))];
    });
    const names = this.panels.map((panel) => panel.name);
    const together = SIDE_BY_SIDE.filter((name) => names.includes(name));
    if (together.length > 1) this.contents.set(OVERVIEW, together);
    for (const name of names) this.contents.set(name, [name]);
    const remembered = recall();
    this.active = this.contents.has(remembered) ? remembered : ([...this.contents.keys()][0] ?? "");
    this.build();
    this.opened.addEnd(store.changes.subscribe(() => this.frame.request()));
    this.opened.addEnd(followTheme(this.root, () => this.frame.request()));
    this.opened.add(new ObservedSize(this.body, () => this.frame.request()));
    const clock = setInterval(() => {
      if (!store.progress.finished) this.frame.request();
    }, MILLISECONDS_BETWEEN_LOOKS);
    this.opened.addEnd(() => clearInterval(clock));
  }

  close(): void {
    this.opened.close();
    this.root.remove();
  }

  private build(): void {
    const style = document.createElement("style");
    style.textContent = css;
    this.search.type = "search";
    this.search.placeholder = "search ( / )";
    this.search.setAttribute("aria-label", "Search executors, AST nodes and clients; Enter goes to the next span");
    this.search.addEventListener("input", () => this.store.search.search(this.search.value));
    this.search.addEventListener("keydown", (event) => {
      const { search, selection } = this.store;
      const match = event.key === "Enter" ? search.next(selection.chosen.span) : NONE;
      if (match >= 0) selection.select({ span: match });
    });
    const head = element("div", "tff-head");
    head.append(this.title, this.status, this.search);
    this.title.setAttribute("role", "heading");
    this.title.setAttribute("aria-level", this.options.isPage ? "1" : "3");
    this.root.classList.toggle("page", this.options.isPage === true);
    this.tabs.setAttribute("role", "tablist");
    this.tabs.setAttribute("aria-label", "Panels");
    for (const name of this.contents.keys()) this.tabs.append(this.tab(name));
    for (const panel of this.panels) {
      const heading = element("div", "tff-heading", panel.title);
      heading.setAttribute("role", "heading");
      heading.setAttribute("aria-level", this.options.isPage ? "2" : "4");
      panel.root.prepend(heading);
      this.body.append(panel.root);
    }
    this.tabs.addEventListener("keydown", (event) => this.moveTab(event));
    this.error.className = "tff-error";
    this.root.append(style, head, this.error, this.tabs, this.body, this.details.root);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "/" && event.target !== this.search) {
        event.preventDefault();
        this.search.focus();
      } else if (event.key === "Escape") this.store.selection.clear();
      // JupyterLab has shortcuts of its own for most keys.
      event.stopPropagation();
    });
    this.arrange();
  }

  private tab(name: string): HTMLElement {
    const panel = this.panels.find((candidate) => candidate.name === name);
    const tab = button(panel?.title ?? "Overview", "", () => this.activate(name));
    tab.setAttribute("role", "tab");
    tab.dataset.tab = name;
    return tab;
  }

  private arrange(): void {
    const shown = this.contents.get(this.active) ?? [];
    const isAlone = shown.length === 1;
    this.tabs.hidden = this.contents.size < 2;
    this.root.classList.toggle("low", this.panels.length <= 2);
    this.body.classList.toggle("overview", !isAlone);
    this.body.dataset.count = String(shown.length);
    for (const panel of this.panels) {
      panel.root.hidden = !shown.includes(panel.name);
      panel.root.querySelector<HTMLElement>(".tff-heading")!.hidden = isAlone;
      panel.root.setAttribute("role", isAlone && !this.tabs.hidden ? "tabpanel" : "region");
    }
    for (const tab of this.tabs.querySelectorAll<HTMLElement>("[role=tab]")) {
      const isActive = tab.dataset.tab === this.active;
      tab.setAttribute("aria-selected", String(isActive));
      tab.tabIndex = isActive ? 0 : -1;
    }
    this.frame.request();
  }

  private activate(name: string): void {
    this.active = name;
    remember(name);
    this.arrange();
  }

  private moveTab(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const names = [...this.contents.keys()];
    const next = names.at((names.indexOf(this.active) + step) % names.length);
    if (next !== undefined) this.activate(next);
    this.tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  private draw(): void {
    this.drawStatus();
    for (const panel of this.panels) if (!panel.root.hidden) panel.draw();
    this.details.draw();
  }

  private drawStatus(): void {
    const { columns, legend, progress, cohorts, failures, changes } = this.store;
    write(this.title, legend.title || "tffsim");
    const { state } = progress;
    const silence = performance.now() - progress.heardAt;
    const isSilent = !progress.finished && silence > MILLISECONDS_UNTIL_SILENT;
    this.root.classList.toggle("silent", state === "waiting" && isSilent);
    if (state === "waiting") {
      const text = isSilent ? "no answer from the kernel: run the cell again" : "waiting for the kernel";
      this.status.replaceChildren(element("span", "state waiting", text));
    } else {
      const text = progress.finished && columns.count === 0 ? "nothing recorded" : state;
      const parts = [duration(progress.now), `${count(columns.count)} spans`];
      if (cohorts.latest.count > 0) parts.push(`${count(cohorts.latest.count)} clients`);
      if (progress.dropped > 0) parts.push(`${count(progress.dropped)} dropped`);
      if (isSilent) parts.push(`nothing new for ${Math.floor(silence / 1000)} s`);
      this.status.replaceChildren(element("span", `state ${state}`, text), ` · ${parts.join(" · ")}`);
    }
    const { first } = failures;
    this.error.hidden = first < 0;
    if (first >= 0) write(this.error, `${this.store.labelOf(first)}: ${failures.textOf(first)}`);
    this.root.dataset.state = state;
    this.root.dataset.spans = String(columns.count);
    this.root.dataset.version = String(changes.version);
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
