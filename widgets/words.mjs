// What a text is called is not in the bundle: its number in `words.json` is, as Python tells all texts in that order.
import { readFileSync } from "node:fs";
import ts from "typescript";

const { en } = JSON.parse(readFileSync("../tffsim/views/words.json", "utf8"));
const NAMES = Object.keys(en.view);

export const words = {
  name: "words",
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({ contents: numbered(path), loader: "ts" }));
  },
};

/** Calls a listener with each name of a text in a file, and with the call `say(...)` in which it stands. */
export function forEachWord(file, listener) {
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.getText() === "say")
      for (const name of namesIn(node.arguments[0])) listener(name, node);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

export function parsed(path) {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

/** The names between which an argument chooses: it may be one, or depend on conditions. */
function namesIn(node) {
  if (ts.isStringLiteral(node)) return [node];
  if (ts.isConditionalExpression(node)) return [...namesIn(node.whenTrue), ...namesIn(node.whenFalse)];
  throw new Error(`${node.getSourceFile().fileName}: say(${node.getText()}) has to name its texts.`);
}

function numbered(path) {
  const file = parsed(path);
  let text = file.text;
  const found = [];
  forEachWord(file, (name) => found.push(name));
  for (const name of found.reverse()) {
    if (!NAMES.includes(name.text)) throw new Error(`${path}: words.json has no text ${JSON.stringify(name.text)}.`);
    text = text.slice(0, name.getStart()) + NAMES.indexOf(name.text) + text.slice(name.end);
  }
  return text;
}
