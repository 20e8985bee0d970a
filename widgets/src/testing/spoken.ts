// Words as Python tells them, but by their names; tests speak English unless they say otherwise.

import words from "../../../tffsim/views/words.json";
import { setWords, type Text, type Words } from "../model/words";

type Written = string | { one: string; many: string };

/** The words of a language, with gaps that are numbered as in the English text. */
export function wordsOf(language: keyof typeof words): Words {
  const english: Record<string, Written> = words.en.view;
  const entries = Object.entries<Written>(words[language].view);
  const texts = entries.map(([name, text]): [string, Text] => [name, numbered(text, gapsOf(english[name]))]);
  return { texts: Object.fromEntries(texts), states: words[language].states, roles: words[language].roles };
}

function gapsOf(text: Written = ""): string[] {
  return (typeof text === "string" ? text : text.many).match(/\{\w+\}/g) ?? [];
}

function numbered(text: Written, gaps: string[]): Text {
  const filled = (form: string) => form.replace(/\{\w+\}/g, (gap) => `{${gaps.indexOf(gap)}}`);
  return typeof text === "string" ? filled(text) : [filled(text.one), filled(text.many)];
}

setWords(wordsOf("en"));
