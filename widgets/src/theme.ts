// Light and dark, following JupyterLab, or the system where there is no JupyterLab.

/** The colours that canvases draw with, read from the style sheet. */
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

// After Okabe and Ito: to be told apart by colour-blind readers, on light and dark ground.
const OPERATIONS_LIGHT = ["#9aa5b1", "#56b4e9", "#0072b2", "#8f9c2b", "#cc79a7", "#00805d"];
const OPERATIONS_DARK = ["#6b7784", "#3f8fc4", "#1f6ea8", "#b9c255", "#d992bb", "#188a66"];
const ON_OPERATIONS = ["#10161c", "#10161c", "#ffffff", "#10161c", "#10161c", "#ffffff"];
const CLIENTS_LIGHT = ["#e4e8ec", "#56b4e9", "#0072b2", "#cc79a7", "#f0a818", "#d55e00"];
const CLIENTS_DARK = ["#2b343e", "#3f8fc4", "#9fd0f2", "#d992bb", "#f0b840", "#ff7a45"];
const ON_CLIENTS_LIGHT = ["#566473", "#10161c", "#ffffff", "#10161c", "#10161c", "#10161c"];
const ON_CLIENTS_DARK = ["#a7b3bf", "#10161c", "#10161c", "#10161c", "#10161c", "#10161c"];

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

export function coloursOf(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(`--tff-${name}`).trim();
  const dark = element.classList.contains("dark");
  return {
    surface: value("surface"),
    raised: value("raised"),
    line: value("line"),
    ink: value("ink"),
    soft: value("soft"),
    accent: value("accent"),
    running: value("running"),
    operations: dark ? OPERATIONS_DARK : OPERATIONS_LIGHT,
    onOperations: ON_OPERATIONS,
    clients: dark ? CLIENTS_DARK : CLIENTS_LIGHT,
    onClients: dark ? ON_CLIENTS_DARK : ON_CLIENTS_LIGHT,
  };
}
