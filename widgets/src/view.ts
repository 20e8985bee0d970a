// The view of a trace: a head line, the panels in tabs, the first of them several side by side, and details.

import { Details } from "./details";
import { div, element, set, toggle } from "./dom/elements";
import { NextFrame } from "./dom/next_frame";
import { measureAll, ObservedSize } from "./dom/observed_size";
import { type Closable, Opened } from "./dom/opened";
import { Head } from "./head";
import { look } from "./look";
import type { TraceStore } from "./model/store";
import { AstPanel } from "./panels/ast";
import { ClientsPanel } from "./panels/clients";
import { GraphPanel } from "./panels/graph/panel";
import type { Panel } from "./panels/panel";
import { RoundsPanel } from "./panels/rounds";
import { SourcePanel } from "./panels/source";
import { StackPanel } from "./panels/stack";
import { ProgramPanel } from "./panels/program/panel";
import { TimelinePanel } from "./panels/timeline/panel";
import { TrafficPanel } from "./panels/traffic";
import { Path } from "./path";
import { Scrubber } from "./scrubber";
import { SentenceLine } from "./sentence";
import css from "./styles/index.css";
import { Tabs } from "./tabs";
import { followTheme, variables } from "./theme";
import { Tools } from "./tools";
import { say } from "./model/words";

export const PANELS: Record<string, new (store: TraceStore) => Panel> = {
  program: ProgramPanel,
  source: SourcePanel,
  rounds: RoundsPanel,
  stack: StackPanel,
  clients: ClientsPanel,
  timeline: TimelinePanel,
  graph: GraphPanel,
  ast: AstPanel,
  traffic: TrafficPanel,
};
const SIDE_BY_SIDE = "overview";
/** The panel that stands beside the others. */
const SOURCE = "source";
/** The tabs that have it below where there is no room beside. */
/** Its order runs to the right: it has the whole width for itself. */
const WIDE = "graph";
const ABOVE_SOURCE: readonly string[] = [SIDE_BY_SIDE, "program"];
const MILLISECONDS_BETWEEN_LOOKS = 1000;

export interface ViewOptions {
  panels: readonly string[];
  /** Whether the view is all there is on its page. */
  isPage?: boolean;
}

/** A panel in its place, below a heading that is seen where there are several. */
interface Placed {
  panel: Panel;
  heading: HTMLElement;
}

export class View implements Closable {
  readonly root = div("tffsim");
  private readonly opened = new Opened();
  private readonly frame = this.opened.add(new NextFrame(() => this.draw()));
  /** What the page holds of the view: nothing while the view is not in the page, so that it can be forgotten. */
  private readonly held = new Opened();
  private readonly body = div("tff-panels");
  private readonly side = div("tff-side");
  private readonly both = div("tff-body", this.side, this.body);
  private readonly head: Head;
  private readonly sentence: SentenceLine;
  private readonly path: Path;
  private readonly tools: Tools;
  private readonly details: Details;
  private readonly scrubber: Scrubber;
  private readonly tabs: Tabs;
  private readonly placed: Placed[];
  private hasSource = false;
  /** Which panels each tab shows. */
  private readonly contents = new Map<string, string[]>();

  constructor(
    private readonly store: TraceStore,
    { panels, isPage = false }: ViewOptions,
  ) {
    this.head = new Head(store, isPage ? 1 : 3);
    this.sentence = new SentenceLine(store);
    this.path = new Path(store);
    this.tools = new Tools(store, this.root, () => this.fit());
    this.details = new Details(store);
    this.scrubber = this.opened.add(new Scrubber(store));
    this.placed = panels.flatMap((name) => this.open(name, isPage ? 2 : 4));
    const names = this.placed.map(({ panel }) => panel.name);
    const together = look().overview.filter((name) => names.includes(name));
    if (together.length > 1) this.contents.set(SIDE_BY_SIDE, together);
    for (const name of names) this.contents.set(name, [name]);
    this.tabs = new Tabs(this.titles(), () => this.arrange());
    this.build(isPage);
    this.arrange();
    this.follow();
  }

  close(): void {
    this.opened.close();
    this.root.remove();
  }

  /** Draws without waiting for the next frame: one that is out of sight has none. */
  drawNow(): void {
    this.frame.close();
    measureAll();
    this.draw();
  }

  private open(name: string, level: number): Placed[] {
    const PanelOfName = PANELS[name];
    if (PanelOfName === undefined) return [];
    const panel = this.opened.add(new PanelOfName(this.store));
    const heading = div("tff-heading", panel.title);
    set(heading, "role", "heading");
    set(heading, "aria-level", String(level));
    panel.root.prepend(heading);
    return [{ panel, heading }];
  }

  private titles(): Map<string, string> {
    const titles = new Map(this.placed.map(({ panel }) => [panel.name, panel.title]));
    return new Map([...this.contents.keys()].map((name) => [name, titles.get(name) ?? say("Overview")]));
  }

  private build(isPage: boolean): void {
    toggle(this.root, "page", isPage);
    // The keyboard goes through the panels in the order in which they are seen.
    const seen = [...(this.contents.get(SIDE_BY_SIDE) ?? []), ...this.contents.keys()];
    const order = (name: string) => seen.indexOf(name);
    const panels = this.placed.map(({ panel }) => panel).sort((one, other) => order(one.name) - order(other.name));
    for (const { name, root } of panels) (name === SOURCE ? this.side : this.body).append(root);
    const bar = div("tff-bar", this.head.root, this.path.root, this.tools.root);
    const style = element("style", "", variables() + css);
    const { head, sentence, both, details, scrubber } = this;
    this.root.append(style, head.error, sentence.root, bar, this.tabs.root, both, details.root, scrubber.root);
    this.listen(isPage);
  }

  /** Keys belong to the view in which one is; on a page of its own, to the view. */
  private listen(isPage: boolean): void {
    const target: Document | HTMLElement = isPage ? document : this.root;
    const press = (event: Event) => {
      if (!(event instanceof KeyboardEvent)) return;
      if (this.tools.press(event)) event.preventDefault();
      else if (event.key === "Escape") this.store.selection.back();
      // JupyterLab has shortcuts of its own for most keys.
      event.stopPropagation();
    };
    target.addEventListener("keydown", press);
    this.opened.addEnd(() => target.removeEventListener("keydown", press));
  }

  /** Draws anew when something has changed: the trace, the theme, the size, or that nothing is heard. */
  private follow(): void {
    this.opened.addEnd(this.store.changes.subscribe(() => this.frame.request()));
    this.opened.add(new ObservedSize(this.body, () => this.appear()));
    this.opened.addEnd(() => this.held.close());
    this.hold();
  }

  /** The view came into the page, left it, or has another size. */
  private appear(): void {
    if (!this.root.isConnected) {
      this.held.close();
      return;
    }
    if (this.held.isEmpty) this.hold();
    this.frame.request();
  }

  private hold(): void {
    const request = () => this.frame.request();
    this.held.addEnd(followTheme(this.root, request));
    const clock = setInterval(() => {
      if (!this.store.progress.finished) request();
    }, MILLISECONDS_BETWEEN_LOOKS);
    this.held.addEnd(() => clearInterval(clock));
  }

  private arrange(): void {
    const shown = this.contents.get(this.tabs.active) ?? [];
    const isAlone = shown.length === 1;
    toggle(this.body, "tff-grid", !isAlone);
    this.body.dataset.count = String(shown.length);
    const isBeside = this.arrangeSource();
    for (const { panel, heading } of this.placed) {
      panel.root.hidden = !shown.includes(panel.name) && !(isBeside && panel.name === SOURCE);
      heading.hidden = isAlone;
      set(panel.root, "role", isAlone && !this.tabs.root.hidden ? "tabpanel" : "region");
    }
    this.frame.request();
  }

  /** Shows all of what is selected, in every panel: also in those that are not seen now. */
  private fit(): void {
    for (const { panel } of this.placed) panel.showSelected();
  }

  /** Puts the source beside what is shown; returns whether it is seen so. */
  private arrangeSource(): boolean {
    const { active } = this.tabs;
    this.hasSource = this.store.legend.source.length > 0;
    const source = this.placed.find(({ panel }) => panel.name === SOURCE);
    const isAlone = active === SOURCE;
    const isBeside = !isAlone && active !== WIDE && source !== undefined && this.hasSource;
    this.side.hidden = !isAlone && !isBeside;
    this.body.hidden = isAlone;
    toggle(this.both, SOURCE, isAlone);
    toggle(this.both, "both", isBeside);
    toggle(this.both, "below", ABOVE_SOURCE.includes(active));
    return isBeside;
  }

  private draw(): void {
    const { progress, columns, changes, legend } = this.store;
    if (this.hasSource !== legend.source.length > 0) this.arrange();
    this.sentence.draw();
    this.head.draw(this.sentence.tellsFailure);
    this.tabs.explain(legend.words, legend.program?.answers ?? {});
    for (const { panel } of this.placed) if (!panel.root.hidden) panel.draw();
    this.path.draw();
    this.details.draw();
    this.scrubber.draw();
    toggle(this.root, "silent", progress.state === "waiting" && this.head.isSilent);
    this.root.dataset.state = progress.state;
    this.root.dataset.spans = String(columns.count);
    this.root.dataset.version = String(changes.version);
  }
}
