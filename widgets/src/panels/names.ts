// The names, titles and questions of the panels, in their order, as `panels.json` declares them.

import declared from "../../../tffsim/views/panels.json";

export const NAMES: readonly string[] = declared.panels.map(({ name }) => name);

/** The panels that are seen side by side, in this order. */
export const OVERVIEW: readonly string[] = declared.overview;

export function titleOf(name: string): string {
  return panelOf(name)?.title ?? name;
}

/** What a panel answers; empty for what is no panel. */
export function questionOf(name: string): string {
  return panelOf(name)?.question ?? "";
}

function panelOf(name: string): (typeof declared.panels)[number] | undefined {
  return declared.panels.find((panel) => panel.name === name);
}
