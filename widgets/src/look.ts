// How a view looks and what its parts are called, as Python tells it: colours of `theme.json`, words of `words.json`, and
// what `panels.json` says of panels. It is the same for all views of a page.

import { setWords, type Words } from "./model/words";

/** A colour on a light ground, and one on a dark ground. */
export interface Colour {
  light: string;
  dark: string;
}

/** A colour of a ground, and of what is written on it. */
export interface Filled extends Colour {
  inkOnLight: string;
  inkOnDark: string;
}

/** The names of the colours of the ground. */
export type Ground = "surface" | "raised" | "line" | "ink" | "soft" | "accent" | "running" | "red" | "orange";

export interface Theme {
  ground: Record<Ground, Colour>;
  heat: Record<string, Colour>;
  difference: Record<string, Colour>;
  operations: Record<string, Filled>;
  clients: Record<string, Filled>;
}

export interface Look {
  theme: Theme;
  /** In the order of their tabs. */
  panels: { name: string; title: string; question: string }[];
  /** The panels that are seen side by side, in this order. */
  overview: string[];
  /** What each key does. */
  keys: Record<string, string>;
  /** All other words. */
  words: Words;
}

let told: Look;

/** The look of all views. */
export function look(): Look {
  return told;
}

/** Takes what Python tells, before a view is made. */
export function setLook(given: Look): void {
  told = given;
  setWords(given.words);
}

export function titleOf(name: string): string {
  return panelOf(name)?.title ?? name;
}

/** What a panel answers; empty for what is no panel. */
export function questionOf(name: string): string {
  return panelOf(name)?.question ?? "";
}

function panelOf(name: string): Look["panels"][number] | undefined {
  return told.panels.find((panel) => panel.name === name);
}
