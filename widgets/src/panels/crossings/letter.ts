// An opened letter: exactly the bytes and the numbers that the server can read.

import type { CrossingBar, Crossings, Opened } from "../../model/crossings";
import { goesUp } from "../../model/crossings";
import { count, dataSize } from "../../model/units";
import { copyButton } from "../../dom/copy";
import { button, div, element, set } from "../../dom/elements";
import { filled } from "./bars";

/** Makes the card of what is opened: a letter, or the total that the server got of sealed ones. */
export function letterCard(
  traffic: Crossings,
  bar: CrossingBar,
  opened: Opened | "sealed",
  client: number,
  close: () => void,
): HTMLElement {
  const { words } = traffic;
  const card = div("card");
  set(card, "role", "region");
  const head = div("top");
  const end = button("×", "Esc", close);
  set(end, "aria-label", "close");
  head.append(element("strong", "", titleOf(traffic, bar, opened, client)), end);
  card.append(head);
  if (opened !== "sealed") card.append(contentOf(traffic, opened));
  const line = bar.line > 0 ? `, line ${bar.line}` : "";
  card.append(div("", `${bar.name}${line}. ${readers(traffic, bar, opened)}`));
  if (bar.visibility === "aggregate") card.append(div("soft", words.simulation));
  if (opened !== "sealed") card.append(pythonOf(opened, words.copy ?? ""));
  card.append(div("soft", words.next));
  return card;
}

function titleOf({ words }: Crossings, bar: CrossingBar, opened: Opened | "sealed", client: number): string {
  if (opened === "sealed" || opened.totalOf > 0) return words["sealed letter"] ?? "";
  if (opened.client < 0) return words["letter down all"] ?? "";
  return filled(words[goesUp(bar) ? "letter" : "letter down"], { client: String(client) });
}

/** What is in a letter, part by part: what it is, its numbers, its bytes. */
function contentOf({ forms, words }: Crossings, { letter }: Opened): HTMLElement {
  const table = document.createElement("table");
  const form = forms[letter.form];
  letter.texts.forEach((text, k) => {
    const what = [form?.paths[k], form?.types[k]].filter(Boolean).join(" · ");
    for (const [name, value, looks] of [
      [words.what, what, "soft"],
      [words.value, text, "code strong"],
      [words.bytes, letter.bytes[k] ?? "", "code"],
    ] as const) {
      if (!value) continue;
      const row = table.insertRow();
      row.insertCell().textContent = name ?? "";
      const cell = row.insertCell();
      cell.textContent = value;
      cell.className = looks;
    }
  });
  const row = table.insertRow();
  row.insertCell().textContent = words.size ?? "";
  row.insertCell().textContent = dataSize(letter.size);
  return table;
}

function readers({ words }: Crossings, bar: CrossingBar, opened: Opened | "sealed"): string {
  if (bar.visibility === "hidden") return words["can read nothing"] ?? "";
  if (opened === "sealed") return words["no total"] ?? "";
  if (!goesUp(bar)) return words["can read down"] ?? "";
  if (opened.totalOf === 0) return words["can read"] ?? "";
  const clients = filled(words[opened.totalOf === 1 ? "one" : "many"], { count: count(opened.totalOf) });
  return filled(words["can read total"], { count: clients });
}

function pythonOf({ letter }: Opened, word: string): HTMLElement {
  const line = div("python");
  const code = element("code", "", `t.value(${letter.span})`);
  line.append(code, copyButton(word, code));
  return line;
}
