// A style sheet is text in the bundle: put together from the files that it imports, as short as it can be said.
import { build } from "esbuild";
import CleanCSS from "clean-css";

const RULE = /([^{}]+)(\{[^{}]*\})/y;

export const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const made = await build({ entryPoints: [path], bundle: true, minify: true, write: false });
      const { styles: short } = new CleanCSS({ level: { 2: { restructureRules: true } } }).minify(
        made.outputFiles[0].text,
      );
      return { contents: nested(short), loader: "text" };
    });
  },
};

/** Says once where rules apply that follow one another: `.a .b{…}.a .c{…}` becomes `.a{.b{…}.c{…}}`. */
function nested(css) {
  let text = "";
  let scope = null;
  const leave = () => {
    if (scope !== null) text += "}";
    scope = null;
  };
  for (let at = 0; at < css.length;) {
    RULE.lastIndex = at;
    const [whole, selector, body] = RULE.exec(css) ?? [];
    const place = whole === undefined || selector.startsWith("@") ? null : placeOf(selector);
    if (place === null || place !== scope) leave();
    if (place === null) {
      const end = whole === undefined || selector.startsWith("@") ? endOfBlock(css, at) : at + whole.length;
      text += css.slice(at, end);
      at = end;
      continue;
    }
    if (scope === null) text += `${place}{`;
    scope = place;
    const inside = selector.replaceAll(new RegExp(`(^|,)${escaped(place)} `, "g"), "$1");
    // Older browsers read what begins with a letter as a declaration.
    text += inside.replaceAll(/(^|,)(?=[a-z])/g, "$1& ") + body;
    at += whole.length;
  }
  leave();
  return text;
}

/** What all selectors of a list begin with, if it is a class and more follows. */
function placeOf(list) {
  const [place] = list.match(/^\.[\w-]+(?= [.\w:#])/) ?? [];
  const isCommon = place !== undefined && list.split(",").every((one) => one.startsWith(`${place} `));
  return isCommon && !/[(>~+]/.test(list) ? place : null;
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

function escaped(text) {
  return text.replaceAll(".", "\\.");
}
