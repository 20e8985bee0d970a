// Of the data that both painters read, the bundle holds what a view shows; the rest is for pages and figures.
import { readFileSync } from "node:fs";

export const declared = {
  name: "declared",
  setup({ onLoad }) {
    onLoad({ filter: /panels\.json$/ }, ({ path }) => {
      const { panels, ...others } = JSON.parse(readFileSync(path, "utf8"));
      const shown = panels.map(({ name, title, question }) => ({ name, title, question }));
      return { contents: JSON.stringify({ ...others, panels: shown }), loader: "json" };
    });
    onLoad({ filter: /theme\.json$/ }, ({ path }) => {
      const shown = JSON.parse(readFileSync(path, "utf8"), (key, value) => (key === "figure" ? undefined : value));
      return { contents: JSON.stringify(shown), loader: "json" };
    });
  },
};
