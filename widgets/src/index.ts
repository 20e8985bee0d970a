// The entry points: an anywidget for notebooks, and `show` for a page that stands alone.

import type { Batch, Message, Request } from "./model/messages";
import { TraceStore } from "./model/store";
import { View } from "./view";

const ALL = ["stack", "clients", "timeline", "graph", "ast", "traffic"];

const MAX_CALLS = 8;
const FIRST_PAUSE = 150;

interface Model {
  get(name: string): unknown;
  on(event: string, listener: (message: Message, buffers: DataView[]) => void): void;
  off(event: string, listener: (message: Message, buffers: DataView[]) => void): void;
  send(request: Request): void;
}

// By the number of the widget: the parts of its life get different objects for one model.
const stores = new Map<string, TraceStore>();

/** Listens from the moment the widget exists, so that all its views agree, and late ones catch up. */
function initialize({ model }: { model: Model }): () => void {
  const store = new TraceStore((request) => model.send(request));
  stores.set(nameOf(model), store);
  const hail = new Hail(store);
  const listener = (message: Message, buffers: DataView[]) => {
    if (message.kind === "heard") hail.stop();
    else store.receive(message, buffers);
  };
  model.on("msg:custom", listener);
  hail.call();
  return () => {
    hail.stop();
    model.off("msg:custom", listener);
    stores.delete(nameOf(model));
  };
}

/** Says that somebody listens, until the kernel has heard it: a busy kernel may not see the first calls. */
class Hail {
  private readonly listener = Math.random().toString(36).slice(2);
  private calls = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: TraceStore) {}

  call(): void {
    this.store.ask({ kind: "ready", listener: this.listener });
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
  const panels = (model.get("panels") as string[]) ?? ALL;
  const view = new View(stores.get(nameOf(model))!, { panels });
  el.append(view.root);
  return () => view.close();
}

/** Shows a finished trace in an element, without a kernel. The batch, as JSON, and its buffers are deflated, in base64. */
export async function show(
  el: HTMLElement,
  batch: string,
  buffers: string[],
  panels: string[] = ALL,
): Promise<TraceStore> {
  const store = new TraceStore();
  const view = new View(store, { panels, isPage: true });
  el.append(view.root);
  const [json, ...columns] = await Promise.all([batch, ...buffers].map(inflated));
  store.receive(JSON.parse(new TextDecoder().decode(json)) as Batch, columns);
  return store;
}

function inflated(text: string): Promise<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = characters.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

export default { initialize, render };
