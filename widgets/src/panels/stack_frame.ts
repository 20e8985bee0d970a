// What is around the executors: the execution context above their frame, the external runtime below it.

import type { TraceStore } from "../model/store";
import { count, duration } from "../model/units";
import { div, span, toggle, write } from "../dom/elements";

/** The executor that calls the external runtime. */
const CALLER = "EagerTFExecutor";

export class StackFrame {
  readonly root = div("tff-around");
  private readonly context = new End("execution context", "context");
  private readonly runtime = new End("external runtime", "runtime");
  private readonly number = span();
  private readonly title = div("title", "EXECUTION STACK", this.number);

  constructor(executors: HTMLElement) {
    this.root.append(this.context.root, div("tff-frame", this.title, executors), this.runtime.root);
  }

  show({ legend, sums }: TraceStore, longest: number): void {
    const { executors, words, briefs } = legend;
    write(this.number, executors.length === 1 ? "1 executor" : `${count(executors.length)} executors`);
    this.title.title = words["execution stack"] ?? "";
    const calls = sums.invocations.all;
    this.context.tell("execution context", words, briefs);
    this.context.show(`${calls.calls === 1 ? "1 call" : `${count(calls.calls)} calls`}, ${duration(calls.time)}`);
    this.context.bar(calls.time / longest, calls.running > 0);
    const callers = executors.flatMap(({ name }, layer) => (name === CALLER ? [layer] : []));
    const functions = sums.functions.over(callers);
    this.runtime.root.hidden = callers.length === 0;
    this.runtime.tell("TensorFlow", words, briefs);
    this.runtime.show(`${count(functions.calls)} functions called, ${duration(functions.time)} of ${CALLER}’s time`);
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
    write(this.brief, name === this.word ? (briefs[this.word] ?? "") : `${this.word}: ${briefs[this.word] ?? ""}`);
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
