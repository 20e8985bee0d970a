// The hosts of a remote stack, such as workers: a box for each, as Python tells them.

import type { HostBox } from "../model/messages";
import { div, span } from "../dom/elements";

export class Hosts {
  readonly root = div("tff-hosts");
  private told = "";

  show(hosts: readonly HostBox[]): void {
    const told = JSON.stringify(hosts);
    if (told === this.told) return;
    this.told = told;
    this.root.replaceChildren(...hosts.map(boxOf));
  }
}

function boxOf({ head, health, facts, share, lines, detail }: HostBox): HTMLElement {
  const fill = div("fill");
  fill.style.width = `${100 * share}%`;
  const rows = lines.map((line) => div("facts", line));
  const box = div(`tff-box ${health}`, div("name", head), div("facts", ...facts.map((fact) => span("", fact))));
  box.append(div("track", fill), ...rows);
  box.dataset.placement = "clients";
  box.title = detail;
  return box;
}
