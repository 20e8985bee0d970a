// The words that a reader sees, in the language that was chosen: Python tells them, out of `words.json`.

import type words from "../../../tffsim/views/words.json";

/** What a text is called in `words.json`. In the bundle `../../words.mjs` puts its number instead. */
export type Word = keyof (typeof words)["en"]["view"];

/** A text, or its forms for one thing and for many; their gaps are numbered as in the English text. */
export type Text = string | readonly [one: string, many: string];

export interface Words {
  texts: Readonly<Record<string, Text>>;
  /** What states and outcomes are called. */
  states: Readonly<Record<string, string>>;
  /** What the words are called that say for whom an executor is there. */
  roles: Readonly<Record<string, string>>;
}

let told: Words;

/** Takes the words of a language, before a view is made. */
export function setWords(given: Words): void {
  told = given;
}

/** Returns a text with parts in its gaps, in the order of the English text. The first decides between one and many. */
export function say(word: Word, ...parts: (string | number)[]): string {
  const text = told.texts[word] ?? "";
  const form = typeof text === "string" ? text : text[String(parts[0]) === "1" ? 0 : 1];
  return form.replace(/\{(\d)\}/g, (_, gap: number) => String(parts[gap]));
}

/** What a state of a client, of a call or of a run is called. */
export function sayState(state: string): string {
  return told.states[state] ?? state;
}

/** For whom an executor is there, as `clients 0-9`. */
export function sayRole(role: string): string {
  return role.replace(/[a-z]+/g, (word) => told.roles[word] ?? word);
}
