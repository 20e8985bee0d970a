// The names and titles of the panels, in their order, as `panels.json` has them for Python and for the front end.

import declared from "../../../tffsim/views/panels.json";

export const NAMES: readonly string[] = declared.panels.map(({ name }) => name);

/** The panels that are seen side by side, in this order. */
export const OVERVIEW: readonly string[] = declared.overview;

export function titleOf(name: string): string {
  return declared.panels.find((panel) => panel.name === name)?.title ?? name;
}
