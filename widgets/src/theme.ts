// Light and dark, following JupyterLab, or the system where there is no JupyterLab.
// Colours are those of `theme.json`, which the pictures of matplotlib read too.

import { type Colour, type Filled, type Ground, look } from "./look";

/** Whether names of colours are shortened, as in the bundle: see `styles.mjs`. */
declare const HAS_SHORT_NAMES: boolean | undefined;

/** The colours that canvases draw with. */
export interface Colours extends Record<Ground, string> {
  /** From little to much. */
  heat: string[];
  /** From much less to much more. */
  difference: string[];
  /** By operation, in the order of `OPERATIONS`. */
  operations: string[];
  /** What is written on these. */
  onOperations: string[];
  /** By state of a client, in the order of `CLIENT_STATES`. */
  clients: string[];
  /** What is written on these. */
  onClients: string[];
}

export function isDark(): boolean {
  const light = document.body?.dataset.jpThemeLight;
  if (light !== undefined) return light === "false";
  if (document.body?.classList.contains("vscode-dark") || document.documentElement.getAttribute("theme") === "dark") {
    return true;
  }
  return window.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
}

/** Keeps the class `dark` of an element right; returns how to stop it. */
export function followTheme(element: HTMLElement, changed: () => void): () => void {
  const update = () => {
    element.classList.toggle("dark", isDark());
    changed();
  };
  update();
  const observer = new MutationObserver(update);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["theme"] });
  const media = window.matchMedia?.("(prefers-color-scheme: dark)");
  media?.addEventListener("change", update);
  return () => {
    observer.disconnect();
    media?.removeEventListener("change", update);
  };
}

/** Returns the colours of the ground as variables of the style sheet: `--tff-ink` and so on. */
export function variables(): string {
  const declared = (ground: "light" | "dark") =>
    Object.entries(look().theme.ground).map(([name, colour]) => `${variableOf(name)}:${colour[ground]};`);
  return `.tffsim{${declared("light").join("")}}.tffsim.dark{${declared("dark").join("")}}`;
}

function variableOf(name: string): string {
  return typeof HAS_SHORT_NAMES === "undefined" ? `--tff-${name}` : `--t-${name.slice(0, 2)}`;
}

/** Returns the colours on the ground of the view that an element belongs to. */
export function coloursOf(element: HTMLElement): Colours {
  const { ground, heat, difference, operations, clients } = look().theme;
  const isOnDark = element.closest(".tffsim")?.classList.contains("dark") ?? false;
  const shown = (colours: Record<string, Colour>) =>
    Object.values(colours).map(({ light, dark }) => (isOnDark ? dark : light));
  const inks = (filled: Record<string, Filled>) =>
    Object.values(filled).map(({ inkOnDark, inkOnLight }) => (isOnDark ? inkOnDark : inkOnLight));
  const grounds = shown(ground);
  return {
    ...(Object.fromEntries(Object.keys(ground).map((name, k) => [name, grounds[k]])) as Record<Ground, string>),
    heat: shown(heat),
    difference: shown(difference),
    operations: shown(operations),
    onOperations: inks(operations),
    clients: shown(clients),
    onClients: inks(clients),
  };
}
