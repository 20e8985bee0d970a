// Bundles the front end into the Python package. `node build.mjs --check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const name = "front_end.js";
const target = new URL(`../tffsim/views/static/${name}`, import.meta.url);
const result = await build({
  entryPoints: ["src/index.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "ascii",
  legalComments: "none",
  loader: { ".css": "text" },
  write: false,
});
const bundle = result.outputFiles[0].text;
if (!process.argv.includes("--check")) {
  writeFileSync(target, bundle);
  console.log(`${name}: ${(bundle.length / 1000).toFixed(0)} kB`);
} else if (readFileSync(target, "utf8") !== bundle) {
  console.error(`tffsim/views/static/${name} is not what the sources make. Run \`make widgets\`.`);
  process.exit(1);
}
