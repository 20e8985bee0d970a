// Of the declarations of panels the bundle holds what a view shows; the rest is for the pages of the documentation.
import { readFileSync } from "node:fs";

export const declared = {
  name: "declared",
  setup({ onLoad }) {
    onLoad({ filter: /panels\.json$/ }, ({ path }) => {
      const { panels, ...others } = JSON.parse(readFileSync(path, "utf8"));
      const shown = panels.map(({ name, title, question }) => ({ name, title, question }));
      return { contents: JSON.stringify({ ...others, panels: shown }), loader: "json" };
    });
  },
};
