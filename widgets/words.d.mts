import type ts from "typescript";

export function parsed(path: string): ts.SourceFile;
export function forEachWord(
  file: ts.SourceFile,
  listener: (name: ts.StringLiteral, call: ts.CallExpression) => void,
): void;
