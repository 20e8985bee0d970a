// Runs the tests, which lie beside what they test: `node test.mjs`, or `node test.mjs model/lanes` for some of them.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { styles } from "./styles.mjs";

const MADE = "node_modules/.tests";
const wanted = process.argv[2] ?? "";
const files = readdirSync("src", { recursive: true }).filter((path) => path.endsWith(".test.ts"));
const chosen = files.filter((path) => path.includes(wanted)).sort();

rmSync(MADE, { recursive: true, force: true });
await build({
  // One file of all: a process for each would take most of the time.
  stdin: {
    contents: ["testing/spoken.ts", ...chosen].map((path) => `import "./src/${path}";`).join("\n"),
    resolveDir: ".",
  },
  bundle: true,
  platform: "node",
  format: "esm",
  sourcemap: "inline",
  // What is installed is loaded and not bundled: some of it asks for modules while it runs.
  packages: "external",
  outfile: `${MADE}/all.mjs`,
  plugins: [styles],
  logLevel: "warning",
});
const options = ["--enable-source-maps", "--test", "--test-reporter=spec", `${MADE}/all.mjs`];
process.exit(spawnSync(process.execPath, options, { stdio: "inherit" }).status ?? 1);
