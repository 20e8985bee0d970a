// The keys of a timeline.

import type { Actions } from "./actions";

const PAN = 1 / 8;

const KEYS: Record<string, (actions: Actions) => void> = {
  "+": (actions) => actions.zoomIn(),
  "=": (actions) => actions.zoomIn(),
  "-": (actions) => actions.zoomOut(),
  b: (actions) => actions.brushShown(),
  "0": (actions) => actions.showAll(),
  a: (actions) => actions.pan(-PAN),
  d: (actions) => actions.pan(PAN),
  ArrowRight: (actions) => actions.selectBeside(1),
  ArrowLeft: (actions) => actions.selectBeside(-1),
  ArrowDown: (actions) => actions.selectChild(),
  ArrowUp: (actions) => actions.selectParent(),
};

/** Does what a key means; keys that mean nothing here, and those of the browser, are left alone. */
export function pressKey(event: KeyboardEvent, actions: Actions): void {
  const act = KEYS[event.key];
  if (act === undefined || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  act(actions);
}
