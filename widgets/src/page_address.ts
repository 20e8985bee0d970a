// The address of a page that stands alone says what is selected, so that it can be sent to others: `#client=7`.

import { addressOf, partsOf } from "./model/address";
import type { TraceStore } from "./model/store";

/** Keeps the address and the selection alike; returns how to stop it. */
export function followAddress(store: TraceStore): () => void {
  // In a frame nobody sees the address, and a page that a notebook holds has none.
  if (window.top !== window) return () => {};
  let written = location.hash.replace(/^#/, "");
  const read = () => {
    written = location.hash.replace(/^#/, "");
    store.selection.show(partsOf(written));
  };
  const write = () => {
    const address = addressOf(store.selection.parts);
    if (address === written) return;
    written = address;
    history.replaceState(null, "", `#${address}`);
  };
  read();
  window.addEventListener("hashchange", read);
  const end = store.changes.subscribe(write);
  return () => {
    window.removeEventListener("hashchange", read);
    end();
  };
}
