// Light and dark, following JupyterLab, or the system where there is no JupyterLab.
// Colours and words are those of `theme.json`, which the pictures of matplotlib read too.

import facts from "../../tffsim/views/theme.json";

/** Whether names of colours are shortened, as in the bundle: see `styles.mjs`. */
declare const HAS_SHORT_NAMES: boolean | undefined;

interface Filled {
  light: string;
  dark: string;
  inkOnLight: string;
  inkOnDark: string;
}

/** What a placement is called in a key; the empty one is no placement. */
export const PLACEMENT_WORDS: ReadonlyMap<string, string> = wordsOf(facts.placements);

/** The colours that canvases draw with. */
export interface Colours {
  surface: string;
  raised: string;
  line: string;
  ink: string;
  soft: string;
  accent: string;
  running: string;
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
    Object.entries(facts.ground).map(([name, colour]) => `${variableOf(name)}:${colour[ground]};`);
  return `.tffsim{${declared("light").join("")}}.tffsim.dark{${declared("dark").join("")}}`;
}

function variableOf(name: string): string {
  return typeof HAS_SHORT_NAMES === "undefined" ? `--tff-${name}` : `--t-${name.slice(0, 2)}`;
}

export function coloursOf(element: HTMLElement): Colours {
  const isOnDark = element.classList.contains("dark");
  const ground = isOnDark ? "dark" : "light";
  const { surface, raised, line, ink, soft, accent, running } = facts.ground;
  const [operations, clients]: [Filled[], Filled[]] = [Object.values(facts.operations), Object.values(facts.clients)];
  const inks = (filled: Filled[]) => filled.map(({ inkOnDark, inkOnLight }) => (isOnDark ? inkOnDark : inkOnLight));
  return {
    surface: surface[ground],
    raised: raised[ground],
    line: line[ground],
    ink: ink[ground],
    soft: soft[ground],
    accent: accent[ground],
    running: running[ground],
    operations: operations.map((colours) => colours[ground]),
    onOperations: inks(operations),
    clients: clients.map((colours) => colours[ground]),
    onClients: inks(clients),
  };
}

function wordsOf(subject: Record<string, { words: string }>): Map<string, string> {
  return new Map(Object.entries(subject).map(([name, { words }]) => [name, words]));
}
