// Copying a text that stands on the page.

import { button } from "./elements";

/** Makes a button that copies a text; where a page may not do that, the text is marked, to be copied by hand. */
export function copyButton(word: string, target: HTMLElement): HTMLButtonElement {
  const made = button(word, "", () => {
    const mark = () => window.getSelection()?.selectAllChildren(target);
    const copied = navigator.clipboard?.writeText(target.textContent ?? "");
    if (copied === undefined) mark();
    else copied.then(() => made.classList.add("done"), mark);
  });
  made.className = "copy";
  return made;
}
