// The entry points: an anywidget for notebooks, and what a page that stands alone does when it is opened.

import { EMBEDDED, type Embedded, KeptViews, type PageBatch } from "./kept_views";
import { type Look, setLook } from "./look";
import type { Message, Request } from "./model/messages";
import { inflatedJson, unpacked } from "./model/packing";
import { TraceStore } from "./model/store";
import { followAddress } from "./page_address";
import { View } from "./view";

const MAX_CALLS = 8;
const FIRST_PAUSE = 150;

interface Model {
  get(name: string): unknown;
  on(event: string, listener: (message: Message, buffers: DataView[]) => void): void;
  off(event: string, listener: (message: Message, buffers: DataView[]) => void): void;
  send(request: Request): void;
}

/** What there is of a widget: its trace, and the views of it. */
interface Shown {
  store: TraceStore;
  views: KeptViews;
}

// By the number of the widget: the parts of its life get different objects for one model.
const widgets = new Map<string, Shown>();

/** Listens from the moment the widget exists, so that all its views agree, and late ones catch up. */
function initialize({ model }: { model: Model }): () => void {
  const store = new TraceStore((request) => {
    try {
      model.send(request);
    } catch {
      // A kernel that restarts takes no messages. The view itself tells that nothing comes.
    }
  });
  const views = new KeptViews(nameOf(model));
  widgets.set(nameOf(model), { store, views });
  const hail = new Hail(store);
  const listener = (message: Message, buffers: DataView[]) => {
    if (message.kind === "heard") hail.stop();
    else store.receive(message, buffers);
    if (store.progress.finished) views.watch();
  };
  model.on("msg:custom", listener);
  hail.call();
  return () => {
    hail.stop();
    model.off("msg:custom", listener);
    widgets.delete(nameOf(model));
    views.end();
    if (views.isKept) void views.previews().then((previews) => store.requests.readPreviews(previews));
  };
}

/** Says that somebody listens, until the kernel has heard it: a busy kernel may not see the first calls. */
class Hail {
  private readonly listener = Math.random().toString(36).slice(2);
  private calls = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: TraceStore) {}

  call(): void {
    this.store.requests.announce(this.listener);
    this.calls += 1;
    if (this.calls < MAX_CALLS) this.timer = setTimeout(() => this.call(), FIRST_PAUSE * 2 ** this.calls);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

function nameOf(model: Model): string {
  return String(model.get("widget_id"));
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  setLook(model.get("look") as Look);
  const shown = widgets.get(nameOf(model));
  if (shown === undefined) throw new Error("A view was asked for before its widget began.");
  const view = shown.views.take(() => new View(shown.store, { panels: model.get("panels") as string[] }));
  el.append(view.root);
  return () => shown.views.release(view);
}

/** Shows the trace of a page that stands alone, without a kernel. */
async function showEmbedded({ batch, packed, panels }: Embedded, place: HTMLElement): Promise<void> {
  const message = await inflatedJson<PageBatch>(batch);
  setLook(message.look);
  const store = new TraceStore();
  const view = new View(store, { panels, isPage: true });
  place.append(view.root);
  store.receive(message, await unpacked(packed, message.count));
  followAddress(store);
  view.drawNow();
  window.addEventListener("beforeprint", () => view.drawNow());
}

const embedded = document.querySelector<HTMLElement>(EMBEDDED);
if (embedded?.parentElement) {
  void showEmbedded(JSON.parse(embedded.textContent) as Embedded, embedded.parentElement);
}

export default { initialize, render };
