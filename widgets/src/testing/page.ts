// A page without a browser, for tests, that counts what is opened on it and not closed.

import { Window } from "happy-dom";
import declared from "../../../tffsim/views/panels.json";
import theme from "../../../tffsim/views/theme.json";
import words from "../../../tffsim/views/words.json";
import { type Look, setLook } from "../look";
import { wordsOf } from "./spoken";

/** What goes on until somebody ends it, by kind. */
export class Ledger {
  private readonly open = new Set<object>();

  constructor(private readonly kinds = new Map<object, string>()) {}

  add(thing: object, kind: string): void {
    this.kinds.set(thing, kind);
    this.open.add(thing);
  }

  remove(thing: object): void {
    this.open.delete(thing);
  }

  /** How many of each kind are open. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const thing of this.open) {
      const kind = this.kinds.get(thing) ?? "";
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }
}

/** A page; its frames and its sizes come when they are asked for. */
export interface Page {
  ledger: Ledger;
  /** Runs what was to be done before the next frame; returns how much that was. */
  nextFrame(): number;
  /** Lets every observed element appear, with a size. */
  appear(): void;
}

const WIDTH = 900;
const HEIGHT = 400;

/** The look of views in a language, as Python tells it. */
export function lookIn(language: keyof typeof words): Look {
  const questions: Record<string, string> = words[language].questions;
  return {
    ...declared,
    panels: declared.panels.map((panel) => ({ ...panel, question: questions[panel.name] ?? "" })),
    theme,
    keys: words[language]["keys of a view"],
    words: wordsOf(language),
  };
}

export const LOOK = lookIn("en");

let opened: Page | null = null;

/** Puts a page in the place of the browser's: one for all tests, as there is one of globals. */
export function openPage(): Page {
  setLook(LOOK);
  opened ??= newPage();
  return opened;
}

function newPage(): Page {
  const window = new Window({ width: WIDTH, height: HEIGHT });
  const ledger = new Ledger();
  const observers = new Set<() => void>();
  const frames = new Map<number, () => void>();
  let numFrames = 0;

  class CountedResizeObserver {
    constructor(private readonly changed: () => void) {}
    observe(): void {
      ledger.add(this, "resize observer");
      observers.add(this.changed);
    }
    disconnect(): void {
      ledger.remove(this);
      observers.delete(this.changed);
    }
  }
  class CountedMutationObserver {
    observe(): void {
      ledger.add(this, "mutation observer");
    }
    disconnect(): void {
      ledger.remove(this);
    }
  }
  const media = countedListeners({ matches: false }, "listener to media", ledger);
  for (const target of [window, window.document, window.document.documentElement, window.document.body]) {
    countedListeners(target, "listener to the page", ledger);
  }
  sizeWhatIsInPage(window.HTMLElement.prototype, "clientWidth", WIDTH);
  sizeWhatIsInPage(window.HTMLElement.prototype, "clientHeight", HEIGHT);
  Object.assign(window.HTMLCanvasElement.prototype, { getContext: () => paper() });
  Object.assign(window, { matchMedia: () => media });
  const given = {
    window,
    document: window.document,
    navigator: window.navigator,
    getComputedStyle: window.getComputedStyle.bind(window),
    SVGElement: window.SVGElement,
    DOMParser: window.DOMParser,
    ResizeObserver: CountedResizeObserver,
    MutationObserver: CountedMutationObserver,
    requestAnimationFrame: (draw: () => void) => {
      numFrames += 1;
      frames.set(numFrames, draw);
      return numFrames;
    },
    cancelAnimationFrame: (frame: number) => frames.delete(frame),
    ...countedTimers(ledger),
  };
  for (const [name, value] of Object.entries(given)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return {
    ledger,
    nextFrame: () => {
      const due = [...frames.values()];
      frames.clear();
      for (const draw of due) draw();
      return due.length;
    },
    appear: () => {
      for (const changed of observers) changed();
    },
  };
}

/** Gives elements a size; those outside of the page have none. */
function sizeWhatIsInPage(elements: object, name: string, size: number): void {
  Object.defineProperty(elements, name, {
    get(this: { isConnected: boolean }) {
      return this.isConnected ? size : 0;
    },
  });
}

/** Counts who listens to a target. */
function countedListeners<T extends object>(target: T, kind: string, ledger: Ledger): T {
  const listeners = new Map<unknown, object>();
  return Object.assign(target, {
    addEventListener: (_: string, listener: unknown) => {
      const entry = { listener };
      listeners.set(listener, entry);
      ledger.add(entry, kind);
    },
    removeEventListener: (_: string, listener: unknown) => ledger.remove(listeners.get(listener) ?? {}),
  });
}

/** Timers that never come, and are counted until they are ended. */
function countedTimers(ledger: Ledger): object {
  const start = (kind: string) => () => {
    const timer = { kind };
    ledger.add(timer, kind);
    return timer;
  };
  const end = (timer: object | undefined) => ledger.remove(timer ?? {});
  return { setInterval: start("clock"), clearInterval: end, setTimeout: start("timer"), clearTimeout: end };
}

/** A context of a canvas on which nothing is seen. */
function paper(): object {
  const nothing = () => ({ width: 10 });
  return new Proxy({}, { get: () => nothing, set: () => true });
}
