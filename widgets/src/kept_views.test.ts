import assert from "node:assert/strict";
import { before, test } from "node:test";
import { deflateSync } from "node:zlib";
import type { Message } from "./model/messages";
import { LOOK, openPage, type Page } from "./testing/page";

let page: Page;

before(() => {
  page = openPage();
});

const finished: Message = {
  kind: "batch",
  ...{ reset: true, running: 0, count: 0, now: 1, dropped: 0, finished: true },
  description: { previews: { 21.5: [3] } },
};

/** Opens a widget as a notebook does; `hear` lets the kernel say something. */
async function opened() {
  const { default: widget } = await import("./index");
  const cell = document.createElement("div");
  document.body.append(cell);
  let listener: (message: Message, buffers: DataView[]) => void = () => {};
  const model = {
    get: (name: string) => ({ widget_id: "7", panels: ["clients"], look: LOOK })[name as "look"],
    on: (_: string, told: typeof listener) => (listener = told),
    off: () => {},
    send: () => {},
  };
  const end = widget.initialize({ model });
  const close = widget.render({ model, el: cell });
  page.appear();
  const show = (el: HTMLElement) => widget.render({ model, el });
  return { end, close, cell, root: cell.querySelector(".tffsim"), hear: () => listener(finished, []), show };
}

/** Puts the output that a notebook keeps in the place of a view. */
function output(view: string): HTMLElement {
  const place = document.createElement("div");
  const output = document.createElement("div");
  output.className = "tffsim-page";
  const frame = document.createElement("iframe");
  frame.dataset.view = view;
  const batch = deflateSync(JSON.stringify(finished)).toString("base64");
  const data = JSON.stringify({ batch }).replaceAll("<", "\\u003c");
  frame.setAttribute("srcdoc", `<main><script type="application/json" id="tffsim-trace">${data}</script></main>`);
  output.append(frame);
  place.append(document.createElement("div"), output);
  document.body.append(place);
  return place;
}

test("when a run ends, its view takes the place of the page, with all that is in it", async () => {
  const before = page.ledger.counts;
  const { end, close, root, hear } = await opened();
  hear();
  const place = output("7");
  close();
  assert.ok(root?.parentElement === place);
  assert.deepEqual(
    [...place.children].map((child) => (child as HTMLElement).style.display),
    ["none", "none", ""],
  );
  assert.equal(place.querySelector("iframe")?.hasAttribute("srcdoc"), false);
  end();
  assert.equal(root?.isConnected, true);
  page.nextFrame();
  place.remove();
  page.appear();
  // Observers of its own size a view keeps: they do not keep it.
  assert.deepEqual({ ...page.ledger.counts, "resize observer": 0 }, { ...before, "resize observer": 0 });
});

test("the page of another view is left alone, and a view without a page ends with its widget", async () => {
  const { end, close, root, hear } = await opened();
  hear();
  const place = output("8");
  close();
  assert.equal(place.querySelector("iframe")?.hasAttribute("srcdoc"), true);
  end();
  assert.equal(root?.isConnected, false);
  page.nextFrame();
  place.remove();
});

test("a view whose output was cleared goes on where the widget is displayed anew, and a second one is its own", async () => {
  const { end, close, cell, root, show } = await opened();
  close();
  cell.replaceChildren();
  const [anew, second] = [document.createElement("div"), document.createElement("div")];
  document.body.append(anew, second);
  const closeBoth = [show(anew), show(second)];
  assert.ok(anew.querySelector(".tffsim") === root);
  assert.equal(second.querySelectorAll(".tffsim").length, 1);
  for (const close of closeBoth) close();
  end();
  assert.equal(root?.isConnected, false);
  page.nextFrame();
});
