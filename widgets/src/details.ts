// What is known of the selected span, or of the selected client and its values.

import { CLIENT_STATES } from "./model/clients";
import { OPERATIONS, OUTCOMES } from "./model/schema";
import type { TraceStore } from "./model/store";
import { count, duration } from "./model/units";
import { button, element } from "./dom/elements";

const MAX_STEPS = 8;

interface Line {
  name: string;
  text: string;
  /** What is selected by a click on the line. */
  span?: number;
}

export class Details {
  readonly root = document.createElement("dl");
  private inspected = -1;
  private shown = "";

  constructor(private readonly store: TraceStore) {
    this.root.className = "tff-details";
    this.root.setAttribute("aria-live", "polite");
  }

  draw(): void {
    const { span, client } = this.store.selection.marks;
    this.root.hidden = span < 0 && client < 0;
    if (span !== this.inspected) {
      this.inspected = span;
      if (span >= 0) this.store.requests.inspect(span);
    }
    const lines = span >= 0 ? this.ofSpan(span) : client >= 0 ? this.ofClient(client) : [];
    const shown = JSON.stringify(lines);
    // Nothing is drawn again that is the same: a button keeps its focus.
    if (shown === this.shown) return;
    this.shown = shown;
    this.root.replaceChildren(...lines.flatMap((line) => this.elements(line)));
  }

  private ofSpan(span: number): Line[] {
    const { columns, requests, failures } = this.store;
    const operation = OPERATIONS[columns.operation(span)] ?? "";
    const outcome = OUTCOMES[columns.outcome(span)] ?? "";
    const total = duration(columns.end(span) - columns.start(span));
    const [own, queue] = [duration(columns.ownTime(span)), duration(columns.queue(span))];
    const lines: Line[] = [
      { name: "span", text: `${span} · ${operation} · ${outcome}` },
      { name: "where", text: this.store.labelOf(span) },
      { name: "time", text: `${total}, own ${own}, queued ${queue}` },
    ];
    const told = requests.linesOf(span);
    const preview = requests.previewOf(span);
    if (told !== undefined) lines.push(...told.map(([name, text]) => ({ name, text })));
    else if (preview) lines.push({ name: "value", text: preview });
    if (failures.textOf(span)) lines.push({ name: "error", text: failures.textOf(span) });
    return lines;
  }

  private ofClient(client: number): Line[] {
    const { cohorts, failures, requests } = this.store;
    const clients = cohorts.shown;
    if (client >= clients.count) return [{ name: "client", text: `${client} · took no part in this call` }];
    const lines: Line[] = [{ name: "client", text: `${client} · ${CLIENT_STATES[clients.stateOf(client)] ?? ""}` }];
    if (!clients.hasBegun(client)) return lines;
    const total = duration(clients.lengthOf(client));
    lines.push({ name: "time", text: `busy ${duration(clients.busyOf(client))} of ${total}` });
    const failure = failures.firstOf(client, clients.invocation);
    if (failure >= 0) lines.push({ name: "error", text: failures.textOf(failure), span: failure });
    const steps = cohorts.stepsOf(client, clients.invocation, MAX_STEPS);
    requests.askForPreviews(steps);
    return [...lines, ...steps.map((span) => this.step(span))];
  }

  private step(span: number): Line {
    const { columns, legend, requests } = this.store;
    const label = legend.nodes[columns.node(span)]?.label ?? "";
    const name = label.replace("call ", "") || (OPERATIONS[columns.operation(span)] ?? "");
    const outcome = OUTCOMES[columns.outcome(span)] ?? "";
    const value = columns.isRunning(span) ? outcome : (requests.previewOf(span) ?? outcome);
    return { name, text: `${duration(columns.ownTime(span))} · ${value}`, span };
  }

  private elements({ name, text, span }: Line): HTMLElement[] {
    const shown = element("dd", "", span === undefined ? text : "");
    if (span !== undefined)
      shown.append(button(text, `Span ${count(span)}`, () => this.store.selection.select({ kind: "span", span })));
    return [element("dt", "", name), shown];
  }
}
