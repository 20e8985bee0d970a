// Bundles the front end into the Python package. `node build.mjs --check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const target = new URL("../tffsim/views/static/tffsim.js", import.meta.url);
const result = await build({
  entryPoints: ["src/index.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  loader: { ".css": "text" },
  write: false,
});
const bundle = result.outputFiles[0].text;
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== bundle) {
    console.error("tffsim/views/static/tffsim.js is not what the sources make. Run `make widgets`.");
    process.exit(1);
  }
} else {
  writeFileSync(target, bundle);
  console.log(`${(bundle.length / 1000).toFixed(0)} kB`);
}
