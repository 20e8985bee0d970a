// Fields that begin with nothing are not in the bundle: a constructor makes them, and TypeScript declares them only.
import ts from "typescript";

/** Returns code without declarations of fields that give them no value. */
export function withoutEmptyFields(code) {
  const file = ts.createSourceFile("bundle.js", code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const kept = [];
  let at = 0;
  const visit = (node) => {
    if (ts.isPropertyDeclaration(node) && !node.initializer) {
      kept.push(code.slice(at, node.getStart()));
      at = node.end;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return kept.join("") + code.slice(at);
}
