// What a reader sees stands in `words.json`, in each language, and not in the code.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";
import words from "../../tffsim/views/words.json";
import { forEachWord, parsed } from "../words.mjs";
import { setLook } from "./look";
import { TraceStore } from "./model/store";
import { batchOf, DESCRIPTION } from "./testing/batches";
import { crossed } from "./testing/crossed";
import { LOOK, lookIn, openPage } from "./testing/page";
import { PROGRAM } from "./testing/programs";
import { View } from "./view";

const FILES = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !/\.test\.ts$|\.d\.ts$|^testing\//.test(path))
  .sort()
  .map((path) => parsed(`src/${path}`));
const ENGLISH: Record<string, string | { one: string; many: string }> = words.en.view;

/** The arguments of these are seen or heard, from the one with this number on. */
const SHOWN: Record<string, number> = { div: 1, span: 1, element: 2, button: 0, named: 2, write: 1, keyEntry: 0 };
/** What these get is for the program: names of classes and of attributes, patterns, questions to a page. */
const FOR_PROGRAM = new Set(
  "div span element shape toggle add remove replace contains querySelector querySelectorAll closest matches Error RegExp split finds matchMedia dispatch".split(
    " ",
  ),
);
const PROPERTIES_SHOWN = new Set(["title", "textContent", "placeholder", "innerText", "ariaLabel"]);
const ATTRIBUTES_SHOWN = new Set(["aria-label", "aria-valuetext", "title", "placeholder", "alt"]);
const PROPERTIES_OF_PROGRAM = new Set(["className", "font", "class", "viewBox", "transform", "d", "patternTransform"]);
/** Names of keys and of what is known by its name, units, and lines of Python. */
const KNOWN =
  /^(Arrow(Right|Left|Up|Down)|Escape|Enter|Home|End|Backspace|Executor|EagerTFExecutor|CompiledComputation|TensorFlow|GB|MB|Esc|clients to server|execution (stack|context)|external runtime|not started|tffsim|code strong|lane-name place-…)$|^tff-|\d+px|^\(?t\.|^(client|node|executor|round|invocation|intrinsic)=|, client=|^call $/;
const SENTENCE = /[a-z]{2,}[,:]? [a-z]{2,}|^[A-Z][a-z]+|[A-Z]{4,}/;

/** Returns the texts of a file that are for readers. */
function textsIn(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isCallExpression(node) && node.expression.getText() === "say") {
      node.arguments.slice(1).forEach(visit);
      return;
    }
    const text = lettersOf(node);
    if (text !== "" && !KNOWN.test(text) && (isShown(node) || (SENTENCE.test(text) && !isForProgram(node))))
      found.push(`${file.fileName}: ${text}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The letters of a literal; empty if there are none. */
function lettersOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return /[A-Za-z]{2}/.test(node.text) ? node.text : "";
  if (!ts.isTemplateExpression(node)) return "";
  const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  return parts.some((part) => /[A-Za-z]{2}/.test(part)) ? parts.join("…") : "";
}

/** Goes from a literal to what it is a part of, if conditions and sums choose. */
function whole(node: ts.Node): ts.Node {
  const { parent } = node;
  const isPart =
    ts.isConditionalExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    (ts.isBinaryExpression(parent) && /^(\?\?|\|\||\+)$/.test(parent.operatorToken.getText()));
  return isPart && !(ts.isConditionalExpression(parent) && parent.condition === node) ? whole(parent) : node;
}

function isShown(node: ts.Node): boolean {
  const text = whole(node);
  const { parent } = text;
  if (ts.isCallExpression(parent)) {
    const name = calledBy(parent);
    const at = parent.arguments.indexOf(text as ts.Expression);
    if (name === "set") return at === 2 && ATTRIBUTES_SHOWN.has((parent.arguments[1] as ts.StringLiteral).text);
    return ts.isIdentifier(parent.expression) && at >= (SHOWN[name] ?? Infinity);
  }
  return PROPERTIES_SHOWN.has(propertyOf(text));
}

function isForProgram(node: ts.Node): boolean {
  const text = whole(node);
  const { parent } = text;
  if (PROPERTIES_OF_PROGRAM.has(propertyOf(text))) return true;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return FOR_PROGRAM.has(calledBy(parent));
  return ts.isNewExpression(parent.parent) || ts.isTemplateSpan(parent);
}

/** The property to which a text is given. */
function propertyOf(text: ts.Node): string {
  const { parent } = text;
  if (ts.isPropertyAssignment(parent)) return parent.name.getText().replaceAll('"', "");
  const isGiven = ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isGiven && ts.isPropertyAccessExpression(parent.left) ? parent.left.name.text : "";
}

function calledBy({ expression }: ts.CallExpression | ts.NewExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

/** How many parts a text needs: one that has forms needs a number, if only to choose. */
function partsOf(text: string | { many: string }): number {
  if (typeof text === "string") return new Set(text.match(/\{\w+\}/g)).size;
  return Math.max(partsOf(text.many), 1);
}

test("no text for readers stands in the code", () => {
  assert.deepEqual(FILES.flatMap(textsIn), []);
});

test("a text that stands in the code is found", () => {
  const code = `
    div("head strong", "nothing yet");
    button(isOn ? "stop" : \`start \${x}\`, "");
    set(root, "aria-label", "keys");
    list.title = "of all " + names;
    const hint = "Click a client";
    return \`\${n} calls of clients\`;`;
  const file = ts.createSourceFile("made.ts", code, ts.ScriptTarget.Latest, true);
  assert.equal(textsIn(file).length, 7);
});

test("each text that is said is in the file, with a gap for each part", () => {
  for (const file of FILES)
    forEachWord(file, ({ text }, call) => {
      const needed = partsOf(ENGLISH[text] ?? "");
      assert.equal(call.arguments.length - 1, needed, `${file.fileName}: parts of ${JSON.stringify(text)}`);
    });
});

test("each text of views is said", () => {
  const said = new Set<string>();
  for (const file of FILES) forEachWord(file, ({ text }) => said.add(text));
  assert.deepEqual(
    Object.keys(ENGLISH).filter((name) => !said.has(name)),
    [],
  );
});

test("a view in Korean says nothing in English", () => {
  const page = openPage();
  setLook(lookIn("ko"));
  const store = new TraceStore();
  const view = new View(store, { panels: LOOK.panels.map(({ name }) => name) });
  document.body.append(view.root);
  page.appear();
  const rows = [0, 1, 2].map((id) => ({
    id,
    layer: 0,
    node: 0,
    client: id,
    thread: 0,
    invocation: 0,
    start: id,
    end: 5,
  }));
  store.receive(
    ...batchOf(rows, 1, { description: { ...DESCRIPTION, traffic: crossed(), program: { ...PROGRAM, sentence: [] } } }),
  );
  store.selection.select({ kind: "client", client: 1 });
  page.nextFrame();
  const told = textsOf(view.root);
  view.close();
  setLook(LOOK);
  assert.ok(told.filter((text) => /[가-힣]/.test(text)).length > 80);
  // What an executor is there for is a part of its name.
  const names = /EagerTFExecutor clients 0-1/g;
  assert.deepEqual(
    told.filter((text) => /[a-z]{3,} [a-z]{2,}/i.test(text.replace(names, ""))),
    [],
  );
});

/** All that is seen of an element, or heard. */
function textsOf(root: HTMLElement): string[] {
  const own = (element: Element) => [
    ...[...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ textContent }) => textContent ?? ""),
    ...["title", "aria-label", "aria-valuetext", "placeholder"].map((name) => element.getAttribute(name) ?? ""),
  ];
  return [...root.querySelectorAll("*")]
    .filter(({ tagName }) => tagName !== "STYLE")
    .flatMap(own)
    .filter(Boolean);
}
