// A style sheet is text in the bundle: put together from the files that it imports, as short as it can be said.
import { readFileSync } from "node:fs";
import { build } from "esbuild";
import CleanCSS from "clean-css";

/** What a style sheet says often, by what it saves; in the bundle one of the letters stands for each. */
const OFTEN = [
  "var(--t-",
  "display:",
  "eight:",
  "grid-template-columns:",
  "border",
  "px",
  "background:",
  "width:",
  "padding",
  "color:A",
  "}.",
  "overflow",
  "flex",
  "font-",
  "in",
  "F solid ",
  "}@contaOer (max-H",
  "white-space:",
  ";align-items:",
  "position:absolute;",
  ";E-radius:",
  "M-direction:column",
  "mOmax(",
  "tffsim",
  "none",
  "color-mix(O srgb,",
  "Nsize:1",
  "{fill:",
  "ent",
  "stroke",
  "F;",
  "margO",
  "L-wrap:anywhere",
];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!?_`|~$";

export const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const made = await build({ entryPoints: [path], bundle: true, minify: true, write: false });
      const { styles: short } = new CleanCSS({ level: { 2: { all: true, mergeSemantically: false } } }).minify(
        made.outputFiles[0].text,
      );
      return { contents: abbreviated(nested(withShortColours(short))), loader: "js" };
    });
  },
};

/** A module that says a style sheet with abbreviations; what one stands for may hold those before it. */
function abbreviated(css) {
  const taken = [...LETTERS].find((letter) => css.includes(letter));
  if (taken) throw new Error(`A style sheet with ${taken} cannot be said: it would be read as an abbreviation.`);
  const short = OFTEN.reduce((text, said, k) => apartFromNames(text, said, LETTERS[k]), css);
  const [said, letters, start] = [OFTEN, LETTERS, short].map((one) => JSON.stringify(one));
  return `const often = ${said};
    export default [...${letters}].reduceRight((css, letter, k) => css.replaceAll(letter, often[k]), ${start});`;
}

/** Replaces what is no part of the name of a class: those are shortened later. */
function apartFromNames(css, said, letter) {
  const pieces = css.split(/(tff-[a-z-]+)/);
  return pieces.map((piece, k) => (k % 2 === 0 ? piece.replaceAll(said, letter) : piece)).join("");
}

/** Colours are called by the first two letters of their names, as `theme.ts` declares them in the bundle. */
function withShortColours(css) {
  const { ground } = JSON.parse(readFileSync("../tffsim/views/theme.json", "utf8"));
  const names = [...Object.keys(ground), "place"];
  if (new Set(names.map((name) => name.slice(0, 2))).size < names.length) throw new Error("Two colours begin alike.");
  return css.replaceAll(/--tff-([a-z]+)/g, (whole, name) => (names.includes(name) ? `--t-${name.slice(0, 2)}` : whole));
}

/** Says once where rules apply that follow one another: `.a .b{…}.a.c{…}` becomes `.a{.b{…}&.c{…}}`. */
function nested(css) {
  const groups = [];
  for (const { selectors, text } of rulesOf(css)) {
    const foreign = selectors.find((selector) => !selector.startsWith(".tff"));
    if (foreign) throw new Error(`"${foreign}" would change the page around a view: begin with a class of ours.`);
    const place = placeOf(selectors);
    if (place === null || groups.at(-1)?.place !== place) groups.push({ place, rules: [] });
    groups.at(-1).rules.push({ selectors, text });
  }
  return groups
    .map(({ place, rules }) => (place === null || rules.length < 2 ? plain(rules) : within(place, rules)))
    .join("");
}

function plain(rules) {
  return rules.map(({ selectors, text }) => selectors.join(",") + text).join("");
}

function within(place, rules) {
  const inside = (selector) => {
    const rest = selector.slice(place.length);
    if (/^[>~+]/.test(rest)) return rest;
    // Older browsers read what begins with a letter as a declaration.
    return /^ [^a-z]/.test(rest) ? rest.slice(1) : `&${rest}`;
  };
  return `${place}{${rules.map(({ selectors, text }) => selectors.map(inside).join(",") + text).join("")}}`;
}

/** The rules of a style sheet without spaces; what begins with `@` has no selectors, and is left as it is. */
function rulesOf(css) {
  const rules = [];
  for (let at = 0; at < css.length;) {
    const end = endOfBlock(css, at);
    const open = css.indexOf("{", at);
    if (css[at] === "@") rules.push({ selectors: [], text: css.slice(at, end) });
    else
      rules.push({ selectors: css.slice(at, open).split(/,(?!(?:[^()]|\([^()]*\))*\))/), text: css.slice(open, end) });
    at = end;
  }
  return rules;
}

/** The class with which all selectors of a list begin. */
function placeOf(selectors) {
  const [place] = selectors[0]?.match(/^\.[\w-]+/) ?? [];
  const isCommon = (selector) => selector.startsWith(place) && /^($|[ .:>~+[])/.test(selector.slice(place.length));
  return place !== undefined && selectors.every(isCommon) ? place : null;
}

function endOfBlock(css, start) {
  let depth = 0;
  for (let at = start; at < css.length; at++) {
    if (css[at] === "{") depth += 1;
    if (css[at] === ";" && depth === 0) return at + 1;
    if (css[at] === "}" && --depth === 0) return at + 1;
  }
  return css.length;
}
