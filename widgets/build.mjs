// Bundles the front end into the Python package. It holds our own code only, so that pages carry no license but ours.
// `node build.mjs --check` only compares, and refuses a bundle that is too large.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";
import { withShortClassNames } from "./class_names.mjs";
import { withoutEmptyFields } from "./fields.mjs";
import { shortenable } from "./members.mjs";
import { styles } from "./styles.mjs";
import { words } from "./words.mjs";

const MAX_SIZE = 150_000; // Every exported page and every cell of a saved notebook carries it.
const LICENSE = "/*! The front end of tffsim. Apache License 2.0. */\n";
const target = new URL("../tffsim/views/static/front_end.js", import.meta.url);

const options = {
  entryPoints: ["src/index.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  mangleProps: new RegExp(`^(${shortenable().join("|")})$`),
  charset: "ascii",
  legalComments: "none",
  plugins: [styles, words],
  define: {
    HAS_SHORT_NAMES: "true",
    "Math.max": "$max",
    "Math.min": "$min",
    "Math.floor": "$floor",
    "Math.ceil": "$ceil",
    "Math.round": "$round",
    "JSON.stringify": "$stringify",
  },
  inject: ["shared_names.mjs"],
  metafile: true,
  write: false,
};
const { outputFiles, metafile } = await build(options);
const { code } = await minify(withoutEmptyFields(outputFiles[0].text), {
  module: true,
  ecma: 2022,
  compress: { passes: 6, pure_getters: true, unsafe_arrows: true, unsafe: true },
  format: { ascii_only: true },
});
const bundle = LICENSE + withShortClassNames(code);
const foreign = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules"));

if (foreign.length > 0) fail(`The front end may hold our own code only; this is not: ${foreign.join(", ")}`);
if (bundle.length > MAX_SIZE) fail(`The front end has ${bundle.length} bytes; it may have ${MAX_SIZE}.`);
if (!process.argv.includes("--check")) {
  writeFileSync(target, bundle);
  console.log(`front_end.js: ${(bundle.length / 1000).toFixed(1)} kB`);
} else if (readFileSync(target, "utf8") !== bundle) {
  fail("tffsim/views/static/front_end.js is not what the sources make. Run `make widgets`.");
}

function fail(why) {
  console.error(why);
  process.exit(1);
}
