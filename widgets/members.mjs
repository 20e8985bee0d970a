// Which names of members may be shortened in the bundle: those that our own code declares and nothing else knows.
//
// A name stays as it is if the kernel knows it, if our code uses it of something that the language or the page has, if
// it is that of an attribute of an element, or if a text is that name.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import ts from "typescript";

/** What the types of these files declare, the kernel or the page around a view sends and gets. */
const OUTSIDE = [
  "measures.ts",
  "messages.ts",
  "packing.ts",
  "program.ts",
  "crossings.ts",
  "schema.ts",
  "words.ts",
  "index.ts",
  "kept_views.ts",
  "look.ts",
];
const DATA = ["../tffsim/views/panels.json", "../tffsim/views/theme.json"];

/** Returns the names, in alphabetical order. */
export function shortenable() {
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile("tsconfig.json", ts.sys.readFile).config,
    ts.sys,
    ".",
  );
  const program = ts.createProgram(fileNames, options);
  const found = { declared: new Set(), known: new Set(), checker: program.getTypeChecker() };
  for (const source of program.getSourceFiles()) {
    if (!/\/src\//.test(source.fileName) || /\.test\.ts$|\/testing\/|\.d\.ts$/.test(source.fileName)) continue;
    collect(source, found, OUTSIDE.includes(basename(source.fileName)));
  }
  for (const path of DATA) JSON.parse(readFileSync(path, "utf8"), (key) => void found.known.add(key));
  return [...found.declared].filter((name) => name.length > 2 && !found.known.has(name)).sort();
}

function collect(node, found, isOutside) {
  const { declared, known, checker } = found;
  const name = node.name && ts.isIdentifier(node.name) ? node.name.text : undefined;
  if (name && isMember(node)) (isOutside && ts.isTypeElement(node) ? known : declared).add(name);
  if (isAttribute(node)) known.add(node.name.text);
  if (ts.isStringLiteralLike(node) && !ts.isLiteralTypeNode(node.parent) && !isSaid(node)) known.add(node.text);
  if (ts.isIdentifier(node) && isForeign(node, checker)) known.add(node.text);
  ts.forEachChild(node, (child) => collect(child, found, isOutside));
}

function isMember(node) {
  if (ts.isParameter(node)) return ts.isConstructorDeclaration(node.parent);
  return ts.isClassElement(node) || ts.isTypeElement(node);
}

/** What a property is called in a page: `dataset.row`, and the keys of what `shape("rect", {...})` gets. */
function isAttribute(node) {
  if (ts.isPropertyAccessExpression(node)) return node.expression.name?.text === "dataset";
  if (!isEntry(node)) return false;
  for (let above = node.parent; above; above = above.parent)
    if (ts.isCallExpression(above)) return above.expression.getText() === "shape";
  return false;
}

/** Whether a text is what a word of `words.json` is called, as in `say("client")`. */
function isSaid({ parent }) {
  return ts.isCallExpression(parent) && parent.expression.getText() === "say";
}

/** Whether a name is that of a property which is declared elsewhere than in our code. */
function isForeign(name, checker) {
  const { parent } = name;
  const property = (type) => type?.getProperty(name.text);
  let symbols = [checker.getSymbolAtLocation(name)];
  if (isEntry(parent)) symbols = [property(checker.getContextualType(parent.parent))];
  if (ts.isBindingElement(parent)) symbols.push(property(checker.getTypeAtLocation(parent.parent)));
  return symbols.some((symbol) => symbol?.declarations?.some((one) => !one.getSourceFile().fileName.includes("/src/")));
}

function isEntry(node) {
  return (
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(node.parent))
  );
}
