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
  const end = button("×", "Esc", close);
  set(end, "aria-label", "close");
  const line = bar.line > 0 ? `, line ${bar.line}` : "";
  const card = div(
    "card",
    div("top", element("strong", "", titleOf(traffic, bar, opened, client)), end),
    opened === "sealed" ? "" : contentOf(traffic, opened),
    div("", `${bar.name}${line}. ${readers(traffic, bar, opened) ?? ""}`),
    bar.visibility === "aggregate" ? div("soft", words.simulation) : "",
    opened === "sealed" ? "" : pythonOf(opened, words.copy ?? ""),
    div("soft", words.next),
  );
  set(card, "role", "region");
  return card;
}

function titleOf(
  { words }: Crossings,
  bar: CrossingBar,
  opened: Opened | "sealed",
  client: number,
): string | undefined {
  if (opened === "sealed" || opened.totalOf > 0) return words["sealed letter"];
  if (opened.client < 0) return words["letter down all"];
  return filled(words[goesUp(bar) ? "letter" : "letter down"], { client: String(client) });
}

/** What is in a letter, part by part: what it is, its numbers, its bytes. */
function contentOf({ forms, words }: Crossings, { letter }: Opened): HTMLElement {
  const form = forms[letter.form];
  const row = (name: string | undefined, value: string | undefined, looks: string) =>
    value ? element("tr", "", element("td", "", name), element("td", looks, value)) : "";
  const parts = letter.texts.flatMap((text, k) => [
    row(words.what, [form?.paths[k], form?.types[k]].filter(Boolean).join(" · "), "soft"),
    row(words.value, text, "code strong"),
    row(words.bytes, letter.bytes[k], "code"),
  ]);
  return element("table", "", ...parts, row(words.size, dataSize(letter.size), ""));
}

function readers({ words }: Crossings, bar: CrossingBar, opened: Opened | "sealed"): string | undefined {
  if (bar.visibility === "hidden") return words["can read nothing"];
  if (opened === "sealed") return words["no total"];
  if (!goesUp(bar)) return words["can read down"];
  if (opened.totalOf === 0) return words["can read"];
  const clients = filled(words[opened.totalOf === 1 ? "one" : "many"], { count: count(opened.totalOf) });
  return filled(words["can read total"], { count: clients });
}

function pythonOf({ letter }: Opened, word: string): HTMLElement {
  const code = element("code", "", `t.value(${letter.span})`);
  return div("python", code, copyButton(word, code));
}
