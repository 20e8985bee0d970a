// Names of classes are shorter in the bundle, but for those by which our Python code finds a part of a view.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// Variables of the style sheet begin with two dashes; a capital letter beside a name is an abbreviation in it.
const NAME = /(?<![-a-z])tff-[a-z]+(?:-[a-z]+)*(?![-a-z])/g;
const READERS = ["../tffsim", "../tests", "../docs", "../notebooks"];

/** Returns code in which each such name is `tf` and a number. */
export function withShortClassNames(code) {
  const kept = new Set(READERS.flatMap(pythonFiles).flatMap((path) => readFileSync(path, "utf8").match(NAME) ?? []));
  const counts = new Map();
  for (const [name] of code.matchAll(NAME)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts.keys()].filter((name) => !kept.has(name));
  names.sort((one, other) => counts.get(other) - counts.get(one) || (one < other ? -1 : 1));
  const short = new Map(names.map((name, k) => [name, `tf${k.toString(36)}`]));
  const made = code.replaceAll(NAME, (name) => short.get(name) ?? name);
  const left = [...made.matchAll(/(?<!-)tff(?:-[a-z]+)+/g)].find(([name]) => !kept.has(name));
  if (left) throw new Error(`The class ${left[0]} has a short name that is not used everywhere.`);
  return made;
}

function pythonFiles(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".py"));
  return files.sort().map((name) => join(folder, name));
}
