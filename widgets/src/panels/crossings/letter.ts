// An opened letter: exactly the bytes and the numbers that the server can read.

import type { CrossingBar, Crossings, Opened } from "../../model/crossings";
import { goesUp } from "../../model/crossings";
import { count, dataSize } from "../../model/units";
import { copyButton } from "../../dom/copy";
import { button, div, element, set } from "../../dom/elements";
import { say } from "../../model/words";

/** Makes the card of what is opened: a letter, or the total that the server got of sealed ones. */
export function letterCard(
  traffic: Crossings,
  bar: CrossingBar,
  opened: Opened | "sealed",
  client: number,
  close: () => void,
): HTMLElement {
  const end = button("×", "Esc", close);
  set(end, "aria-label", say("close"));
  const line = bar.line > 0 ? `, ${say("line n", bar.line)}` : "";
  const card = div(
    "card",
    div("top", element("strong", "", titleOf(bar, opened, client)), end),
    opened === "sealed" ? "" : contentOf(traffic, opened),
    div("", `${bar.name}${line}. ${readers(bar, opened)}`),
    bar.visibility === "aggregate" ? div("soft", say("simulation")) : "",
    opened === "sealed" ? "" : pythonOf(opened),
    div("soft", say("next")),
  );
  set(card, "role", "region");
  return card;
}

function titleOf(bar: CrossingBar, opened: Opened | "sealed", client: number): string {
  if (opened === "sealed" || opened.totalOf > 0) return say("sealed letter");
  if (opened.client < 0) return say("letter down all");
  return say(goesUp(bar) ? "letter" : "letter down", client);
}

/** What is in a letter, part by part: what it is, its numbers, its bytes. */
function contentOf({ forms }: Crossings, { letter }: Opened): HTMLElement {
  const form = forms[letter.form];
  const row = (name: string, value: string | undefined, looks: string) =>
    value ? element("tr", "", element("td", "", name), element("td", looks, value)) : "";
  const parts = letter.texts.flatMap((text, k) => [
    row(say("what"), [form?.paths[k], form?.types[k]].filter(Boolean).join(" · "), "soft"),
    row(say("value"), text, "code strong"),
    row(say("bytes"), letter.bytes[k], "code"),
  ]);
  return element("table", "", ...parts, row(say("size"), dataSize(letter.size), ""));
}

function readers(bar: CrossingBar, opened: Opened | "sealed"): string {
  if (bar.visibility === "hidden") return say("can read nothing");
  if (opened === "sealed") return say("no total");
  if (!goesUp(bar)) return say("can read down");
  if (opened.totalOf === 0) return say("can read");
  return say("can read total", say("n clients", count(opened.totalOf)));
}

function pythonOf({ letter }: Opened): HTMLElement {
  const code = element("code", "", `t.value(${letter.span})`);
  return div("python", code, copyButton(say("copy"), code));
}
