// Bundles the front end into the Python package, with the licenses of what it contains.
// `node build.mjs --check` only compares, and refuses a bundle that is too large.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { styles } from "./styles.mjs";

const MAX_SIZE = 150_000; // Every exported page and every cell of a saved notebook carries it.
const LICENSES = "THIRD_PARTY_LICENSES.txt";
const target = (name) => new URL(`../tffsim/views/static/${name}`, import.meta.url);

const options = {
  entryPoints: ["src/index.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "ascii",
  legalComments: "none",
  plugins: [styles],
  metafile: true,
  write: false,
};
const { outputFiles, metafile } = await build(options);
const licenses = notices(packagesIn(metafile));
const bundle = `/*!\n${licenses}*/\n${outputFiles[0].text}`;
const made = { "front_end.js": bundle, [LICENSES]: licenses };

if (bundle.length > MAX_SIZE) {
  console.error(`The front end has ${bundle.length} bytes; it may have ${MAX_SIZE}.`);
  process.exit(1);
}
for (const [name, content] of Object.entries(made)) {
  if (!process.argv.includes("--check")) {
    writeFileSync(target(name), content);
    console.log(`${name}: ${(content.length / 1000).toFixed(1)} kB`);
  } else if (readFileSync(target(name), "utf8") !== content) {
    console.error(`tffsim/views/static/${name} is not what the sources make. Run \`make widgets\`.`);
    process.exit(1);
  }
}

/** The folders of the packages of which something is in the bundle, in alphabetical order. */
function packagesIn({ inputs, outputs }) {
  const used = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = used.map((path) => path.match(/.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0]);
  if (used.some((path) => !(path in inputs))) throw new Error("The bundle holds what was not read.");
  return [...new Set(folders.filter(Boolean))].sort();
}

/** The notices of packages, each text once: packages that differ in the holder only share it. */
function notices(folders) {
  const texts = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no license file.`);
    const [holder, ...text] = readFileSync(`${folder}/${file}`, "utf8").replaceAll("\r", "").trim().split("\n");
    if (!/^copyright/i.test(holder)) throw new Error(`The license of ${name} does not begin with its holder.`);
    const entry = texts.get(text.join("\n").trim()) ?? { license, holders: new Map() };
    entry.holders.set(holder, [...(entry.holders.get(holder) ?? []), `${name} ${version}`]);
    texts.set(text.join("\n").trim(), entry);
  }
  const parts = [...texts].map(([text, { license, holders }]) => {
    const lines = [...holders].map(([holder, names]) => `${names.join(", ")}\n${holder}`);
    return `${license}\n${lines.join("\n")}\n\n${text}\n`;
  });
  const head = "The front end of tffsim (Apache License 2.0) contains these packages:\n\n";
  return head + parts.join(`\n${"-".repeat(78)}\n\n`);
}
