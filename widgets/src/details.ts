// What is known of the selected span, or of the selected client and its values.

import { CLIENT_STATES } from "./model/clients";
import { OPERATIONS, OUTCOMES } from "./model/messages";
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
    const { span, client } = this.store.selection;
    this.root.hidden = span < 0 && client < 0;
    if (span !== this.inspected) {
      this.inspected = span;
      if (span >= 0) this.store.ask({ kind: "inspect", span });
    }
    const lines = span >= 0 ? this.ofSpan(span) : client >= 0 ? this.ofClient(client) : [];
    const shown = JSON.stringify(lines);
    // Nothing is drawn again that is the same: a button keeps its focus.
    if (shown === this.shown) return;
    this.shown = shown;
    this.root.replaceChildren(...lines.flatMap((line) => this.elements(line)));
  }

  private ofSpan(span: number): Line[] {
    const { store } = this;
    const { ints, floats } = store;
    const total = duration(floats.end[span] - floats.start[span]);
    const lines = [
      { name: "span", text: `${span} · ${OPERATIONS[ints.operation[span]]} · ${OUTCOMES[ints.outcome[span]] ?? ""}` },
      { name: "where", text: store.label(span) },
      { name: "time", text: `${total}, own ${duration(store.ownTime(span))}, queued ${duration(floats.queue[span])}` },
    ];
    if (store.details?.span === span) lines.push(...store.details.lines.map(([name, text]) => ({ name, text })));
    else if (store.previews[span]) lines.push({ name: "value", text: store.previews[span] });
    if (store.errors[span]) lines.push({ name: "error", text: store.errors[span] });
    return lines;
  }

  private ofClient(client: number): Line[] {
    const { store } = this;
    const { invocation } = store.selection;
    const isLatest = invocation < 0 || invocation === store.clients.invocation;
    const clients = isLatest ? store.clients : store.clientsOf(invocation);
    if (client >= clients.count) return [{ name: "client", text: `${client} · took no part in this call` }];
    const lines: Line[] = [{ name: "client", text: `${client} · ${CLIENT_STATES[clients.stateOf(client)]}` }];
    if (Number.isNaN(clients.start[client])) return lines;
    const total = duration(clients.end[client] - clients.start[client]);
    lines.push({ name: "time", text: `busy ${duration(clients.busy[client])} of ${total}` });
    const failure = store.firstErrorOf(client, clients.invocation);
    if (failure >= 0) lines.push({ name: "error", text: store.errors[failure], span: failure });
    const steps = store.stepsOf(client, clients.invocation, MAX_STEPS);
    store.askForPreviews(steps);
    return [...lines, ...steps.map((span) => this.step(span))];
  }

  private step(span: number): Line {
    const { ints, nodes, previews } = this.store;
    const label = nodes[ints.node[span]]?.label ?? "";
    const name = label.replace("call ", "") || OPERATIONS[ints.operation[span]];
    const isRunning = OUTCOMES[ints.outcome[span]] === "running";
    const value = isRunning ? "running" : (previews[span] ?? OUTCOMES[ints.outcome[span]]);
    return { name, text: `${duration(this.store.ownTime(span))} · ${value}`, span };
  }

  private elements({ name, text, span }: Line): HTMLElement[] {
    const shown = element("dd", "", span === undefined ? text : "");
    if (span !== undefined) shown.append(button(text, `Span ${count(span)}`, () => this.store.select({ span })));
    return [element("dt", "", name), shown];
  }
}
