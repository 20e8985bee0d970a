// Runs the tests, which lie beside what they test: `node test.mjs`, or `node test.mjs model/lanes` for some of them.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { styles } from "./styles.mjs";

const MADE = "node_modules/.tests";
const wanted = process.argv[2] ?? "";
const files = readdirSync("src", { recursive: true }).filter((path) => path.endsWith(".test.ts"));
const entryPoints = files.filter((path) => path.includes(wanted)).map((path) => `src/${path}`);

rmSync(MADE, { recursive: true, force: true });
await build({
  entryPoints,
  bundle: true,
  platform: "node",
  format: "esm",
  // What is installed is loaded and not bundled: some of it asks for modules while it runs.
  packages: "external",
  outdir: MADE,
  outbase: "src",
  outExtension: { ".js": ".mjs" },
  plugins: [styles],
  logLevel: "warning",
});
const made = entryPoints.map((path) => path.replace(/^src/, MADE).replace(/\.ts$/, ".mjs"));
process.exit(
  spawnSync(process.execPath, ["--test", "--test-reporter=spec", ...made], { stdio: "inherit" }).status ?? 1,
);
