// What is around the executors: the execution context above their frame, the external runtime below it.

import type { TraceStore } from "../model/store";
import { count, duration } from "../model/units";
import { div, span, toggle, write } from "../dom/elements";
import { say } from "../model/words";

/** The executor that calls the external runtime. */
const CALLER = "EagerTFExecutor";
const RUNTIME = "TensorFlow";

export class StackFrame {
  readonly root = div("tff-around");
  private readonly context = new End("execution context", "context");
  private readonly runtime = new End("external runtime", "runtime");
  private readonly number = span();
  private readonly title = div("title", say("STACK"), this.number);

  constructor(executors: HTMLElement) {
    this.root.append(this.context.root, div("tff-frame", this.title, executors), this.runtime.root);
  }

  show({ legend, sums }: TraceStore, longest: number): void {
    const { executors, words, briefs } = legend;
    write(this.number, say("n executors", count(executors.length)));
    this.title.title = words["execution stack"] ?? "";
    const calls = sums.invocations.all;
    this.context.tell(say("context"), words, briefs);
    this.context.show(`${say("n calls", count(calls.calls))}, ${duration(calls.time)}`);
    this.context.bar(calls.time / longest, calls.running > 0);
    const callers = executors.flatMap(({ name }, layer) => (name === CALLER ? [layer] : []));
    const functions = sums.functions.over(callers);
    this.runtime.root.hidden = callers.length === 0;
    this.runtime.tell(RUNTIME, words, briefs);
    this.runtime.show(say("functions called", count(functions.calls), duration(functions.time), CALLER));
    this.runtime.bar(functions.time / longest, functions.running > 0);
  }
}

/** A box at an end of the stack, which is no executor. */
class End {
  readonly root: HTMLElement;
  private readonly name = span("name");
  private readonly brief = span("brief");
  private readonly facts = span("time");
  private readonly fill = div("fill");

  constructor(
    private readonly word: string,
    kind: string,
  ) {
    this.root = div(`tff-end ${kind}`, this.name, this.brief, this.facts, div("track", this.fill));
  }

  tell(name: string, words: Readonly<Record<string, string>>, briefs: Readonly<Record<string, string>>): void {
    write(this.name, name);
    write(this.brief, name === RUNTIME ? `${say("runtime")}: ${briefs[this.word] ?? ""}` : (briefs[this.word] ?? ""));
    this.root.title = words[this.word] ?? "";
  }

  show(facts: string): void {
    write(this.facts, facts);
  }

  bar(share: number, isRunning: boolean): void {
    this.fill.style.width = `${Math.min(100, 100 * share)}%`;
    toggle(this.root, "lit", isRunning);
  }
}
