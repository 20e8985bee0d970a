// Views that stay when a run ends: the page that a notebook keeps takes their place in the saved output only.

import type { Look } from "./look";
import type { Batch, PreviewsByText } from "./model/messages";
import { inflatedJson, type Packed } from "./model/packing";
import type { View } from "./view";

/** Until a page comes in the place of a view that Jupyter took away. */
const MILLISECONDS_TO_WAIT = 3000;

/** A finished trace as a page has it: a batch, with the look of views, as JSON, deflated, in base64, and its columns. */
export interface Embedded {
  batch: string;
  packed: Packed;
  panels: string[];
}

/** The batch of a page, with the look of its view. */
export interface PageBatch extends Batch {
  look: Look;
}

/** The element in which a page has its trace: a script, which no text of a notebook can become. */
export const EMBEDDED = "script#tffsim-trace";

/** The views of one widget. When its page is displayed, one of them stands in for it. */
export class KeptViews {
  private readonly views = new Set<View>();
  private readonly waiting = new Map<View, ReturnType<typeof setTimeout>>();
  private readonly observer = new MutationObserver(() => this.look());
  private page = "";

  /** `name` is that of the widget, which its page names too. */
  constructor(private readonly name: string) {}

  /** Returns the view that Jupyter took away when a cell cleared its output, or else a new one. */
  take(make: () => View): View {
    const [view = make()] = this.waiting.keys();
    this.drop(view, false);
    this.views.add(view);
    return view;
  }

  /** Looks out for the page, from the end of the run on. */
  watch(): void {
    if (this.isKept) return;
    this.observer.observe(document.body, { childList: true, subtree: true });
    this.look();
  }

  /** Closes a view that Jupyter took away, unless its page comes. */
  release(view: View): void {
    if (!this.views.has(view)) return;
    this.waiting.set(
      view,
      setTimeout(() => this.drop(view), MILLISECONDS_TO_WAIT),
    );
    this.watch();
  }

  /** Whether a view stands in for the page. */
  get isKept(): boolean {
    return this.page !== "";
  }

  /** The kernel answers no more: what a view that was kept may be asked for is in the page. */
  end(): void {
    this.stop();
    for (const view of this.waiting.keys()) this.drop(view);
  }

  /** Returns what values are, as far as the page knows. */
  async previews(): Promise<PreviewsByText> {
    const data = new DOMParser().parseFromString(this.page, "text/html").querySelector(EMBEDDED)?.textContent;
    if (!data) return {};
    const { batch } = JSON.parse(data) as Embedded;
    const message = await inflatedJson<Batch>(batch);
    return message.description.previews ?? {};
  }

  private look(): void {
    const page = document.querySelector<HTMLIFrameElement>(`iframe[data-view="${this.name}"]`);
    const [view] = [...this.waiting.keys(), ...this.views];
    const place = page?.closest(".tffsim-page")?.parentElement;
    if (!page || !place || view === undefined) return;
    this.stop();
    this.page = page.srcdoc;
    // The frame would load what is not to be seen.
    page.removeAttribute("srcdoc");
    // What is hidden stays, as its style hides the picture too.
    for (const child of place.children) (child as HTMLElement).style.cssText = "display:none!important";
    // A class of JupyterLab that dresses the tables, lists and buttons of outputs.
    place.classList.remove("jp-RenderedHTMLCommon");
    place.append(view.root);
    view.root.dataset.kept = "";
    this.drop(view, false);
  }

  private drop(view: View, isClosed = true): void {
    clearTimeout(this.waiting.get(view));
    this.waiting.delete(view);
    this.views.delete(view);
    if (isClosed) view.close();
  }

  private stop(): void {
    this.observer.disconnect();
  }
}
