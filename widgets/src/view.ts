// The view of a trace: a head line, the panels in tabs or side by side, and details of the selection.

import { OPERATIONS, OUTCOMES } from "./model/messages";
import type { TraceStore } from "./model/store";
import { count, duration } from "./model/units";
import { AstPanel } from "./panels/ast";
import { ClientsPanel } from "./panels/clients";
import { GraphPanel } from "./panels/graph";
import { element, type Panel } from "./panels/panel";
import { StackPanel } from "./panels/stack";
import { TimelinePanel } from "./panels/timeline";
import { TrafficPanel } from "./panels/traffic";
import css from "./style.css";
import { followTheme } from "./theme";

const PANELS: Record<string, new (store: TraceStore) => Panel> = {
  stack: StackPanel,
  clients: ClientsPanel,
  timeline: TimelinePanel,
  graph: GraphPanel,
  ast: AstPanel,
  traffic: TrafficPanel,
};
const MEMORY = "tffsim-layout";

export interface ViewOptions {
  panels: string[];
  /** Asks for what is known of a span. */
  inspect: (span: number) => void;
}

export class View {
  readonly root = element("div", "tffsim");
  private readonly status = element("span", "tff-status");
  private readonly title = element("span", "tff-title");
  private readonly tabs = element("div", "tff-tabs");
  private readonly body = element("div", "tff-panels");
  private readonly details = document.createElement("dl");
  private readonly search = document.createElement("input");
  private readonly layoutButton = element("button");
  private readonly panels: Panel[];
  private readonly cleanUp: (() => void)[] = [];
  private active: string;
  private tiled: boolean;
  private requested = false;
  private inspected = -1;

  constructor(
    private readonly store: TraceStore,
    private readonly options: ViewOptions,
  ) {
    const names = options.panels.filter((name) => name in PANELS);
    this.panels = names.map((name) => new PANELS[name](store));
    const memory = recall();
    this.active = names.includes(memory.active) ? memory.active : names[0];
    this.tiled = memory.tiled && names.length > 1;
    this.build();
    this.cleanUp.push(store.subscribe(() => this.request()));
    this.cleanUp.push(followTheme(this.root, () => this.request()));
    const observer = new ResizeObserver(() => this.request());
    observer.observe(this.body);
    this.cleanUp.push(() => observer.disconnect());
  }

  close(): void {
    for (const clean of this.cleanUp) clean();
    this.root.remove();
  }

  private build(): void {
    const style = document.createElement("style");
    style.textContent = css;
    this.search.type = "search";
    this.search.placeholder = "search ( / )";
    this.search.setAttribute("aria-label", "Search executors, AST nodes and clients");
    this.search.addEventListener("input", () => this.store.search(this.search.value));
    this.layoutButton.addEventListener("click", () => {
      this.tiled = !this.tiled;
      this.arrange();
    });
    const tools = element("div", "tff-tools");
    tools.append(this.search, this.layoutButton);
    const head = element("div", "tff-head");
    head.append(this.title, this.status, tools);
    this.tabs.setAttribute("role", "tablist");
    for (const panel of this.panels) {
      const tab = element("button", "", panel.title);
      tab.setAttribute("role", "tab");
      tab.dataset.tab = panel.name;
      tab.addEventListener("click", () => this.activate(panel.name));
      this.tabs.append(tab);
      const heading = element("h3", "", panel.title);
      panel.root.prepend(heading);
      this.body.append(panel.root);
    }
    this.tabs.addEventListener("keydown", (event) => this.moveTab(event));
    this.details.className = "tff-details";
    this.details.setAttribute("aria-live", "polite");
    this.root.append(style, head, this.tabs, this.body, this.details);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "/" && event.target !== this.search) {
        event.preventDefault();
        this.search.focus();
      } else if (event.key === "Escape") this.store.select({});
      // JupyterLab has shortcuts of its own for most keys.
      event.stopPropagation();
    });
    this.arrange();
  }

  private arrange(): void {
    this.tabs.hidden = this.tiled || this.panels.length < 2;
    this.tabs.style.display = this.tabs.hidden ? "none" : "";
    this.body.classList.toggle("tiled", this.tiled);
    this.layoutButton.textContent = this.tiled ? "one at a time" : "side by side";
    this.layoutButton.hidden = this.panels.length < 2;
    for (const panel of this.panels) {
      panel.root.hidden = !this.tiled && panel.name !== this.active;
      panel.root.querySelector("h3")!.hidden = !this.tiled;
      if (this.tiled) panel.root.removeAttribute("role");
      else panel.root.setAttribute("role", "tabpanel");
    }
    for (const tab of this.tabs.querySelectorAll<HTMLElement>("[role=tab]")) {
      const isActive = tab.dataset.tab === this.active;
      tab.setAttribute("aria-selected", String(isActive));
      tab.tabIndex = isActive ? 0 : -1;
    }
    remember({ active: this.active, tiled: this.tiled });
    this.request();
  }

  private activate(name: string): void {
    this.active = name;
    this.arrange();
  }

  private moveTab(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const names = this.panels.map((panel) => panel.name);
    this.activate(names[(names.indexOf(this.active) + step + names.length) % names.length]);
    this.tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  /** Draws once before the next frame, however much changes until then. */
  private request(): void {
    if (this.requested) return;
    this.requested = true;
    requestAnimationFrame(() => {
      this.requested = false;
      this.draw();
    });
  }

  private draw(): void {
    this.drawStatus();
    for (const panel of this.panels) if (!panel.root.hidden) panel.draw();
    this.drawDetails();
  }

  private drawStatus(): void {
    const { store } = this;
    this.title.textContent = store.title || "tffsim";
    const outcomes = store.invocations.map((invocation) => store.ints.outcome[invocation.span]);
    const failed = outcomes.includes(1);
    const cancelled = outcomes.includes(2);
    const state = !store.finished ? "running" : failed ? "failed" : cancelled ? "cancelled" : "done";
    const text = store.finished && store.count === 0 ? "nothing recorded" : state;
    const parts = [duration(store.now), `${count(store.count)} spans`];
    if (store.numClients > 0) parts.push(`${count(store.numClients)} clients`);
    if (store.dropped > 0) parts.push(`${count(store.dropped)} dropped`);
    this.status.replaceChildren(element("span", `state ${state}`, text), ` · ${parts.join(" · ")}`);
    this.root.dataset.state = state;
    this.root.dataset.spans = String(store.count);
    this.root.dataset.version = String(store.version);
  }

  private drawDetails(): void {
    const { store } = this;
    const { span } = store.selection;
    this.details.hidden = span < 0;
    this.details.style.display = span < 0 ? "none" : "";
    if (span < 0) {
      this.inspected = -1;
      return;
    }
    if (span !== this.inspected) {
      this.inspected = span;
      this.options.inspect(span);
    }
    const { ints, floats } = store;
    const lines: [string, string][] = [
      ["span", `${span} · ${OPERATIONS[ints.operation[span]]} · ${OUTCOMES[ints.outcome[span]] ?? ""}`],
      ["where", store.label(span)],
      [
        "time",
        `${duration(floats.end[span] - floats.start[span])}, own ${duration(floats.self[span] + floats.work[span])}, queued ${duration(floats.queue[span])}`,
      ],
    ];
    if (store.details?.span === span) lines.push(...store.details.lines);
    else if (store.previews[span]) lines.push(["value", store.previews[span]]);
    if (store.errors[span]) lines.push(["error", store.errors[span]]);
    this.details.replaceChildren(
      ...lines.flatMap(([name, text]) => [element("dt", "", name), element("dd", "", text)]),
    );
  }
}

interface Layout {
  active: string;
  tiled: boolean;
}

function recall(): Layout {
  try {
    const layout = JSON.parse(localStorage.getItem(MEMORY) ?? "{}");
    return { active: String(layout.active ?? ""), tiled: layout.tiled === true };
  } catch {
    return { active: "", tiled: false };
  }
}

function remember(layout: Layout): void {
  try {
    localStorage.setItem(MEMORY, JSON.stringify(layout));
  } catch {
    // A sandboxed page has no storage; the layout is then forgotten.
  }
}
