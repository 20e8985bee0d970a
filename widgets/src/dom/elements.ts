// Elements of a page, made and changed; text is never read as HTML.

/** What stands in an element, in its order; nothing, where there is nothing to say. */
export type Content = Node | string | undefined;

/** Makes an element with a class and what is in it; text is never read as HTML. */
export function element(tag: string, className = "", ...content: Content[]): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const one of content) if (one) made.append(one);
  return made;
}

export function div(className = "", ...content: Content[]): HTMLElement {
  return element("div", className, ...content);
}

export function span(className = "", ...content: Content[]): HTMLElement {
  return element("span", className, ...content);
}

/** Says to those who hear a page what an element is, and what it is called; returns it. */
export function named<E extends Element>(target: E, role: string, label: string): E {
  set(target, "role", role);
  set(target, "aria-label", label);
  return target;
}

/** Calls a listener when something happens to an element. */
export function on<K extends keyof HTMLElementEventMap>(
  target: HTMLElement | SVGElement,
  event: K,
  listener: (event: HTMLElementEventMap[K]) => void,
  options?: AddEventListenerOptions,
): void {
  target.addEventListener(event, listener as EventListener, options);
}

/** Changes the text of an element, if it is another one: the browser lays out anew what was touched. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Changes what is in an element, if it is something else. */
export function fill(target: HTMLElement, content: HTMLElement[]): void {
  const isSame = content.length === target.childNodes.length;
  if (!isSame || content.some((made, k) => !made.isEqualNode(target.childNodes[k] ?? null)))
    target.replaceChildren(...content);
}

/** Makes a button. */
export function button(text: string, title: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.title = title;
  made.addEventListener("click", act);
  return made;
}

/** Makes a list of which one thing is chosen; each has a text and a value. */
export function choiceOf(options: [text: string, value: string][]): HTMLSelectElement {
  const made = document.createElement("select");
  offer(made, options);
  return made;
}

/** Changes what a list offers. */
export function offer(list: HTMLSelectElement, options: [text: string, value: string][]): void {
  const made = options.map(([text, value]) => {
    const option = document.createElement("option");
    option.textContent = text;
    option.value = value;
    return option;
  });
  list.replaceChildren(...made);
}

/** Makes a word of a picture's key, beside a small square of its colour. */
export function keyEntry(text: string, colour: string, meaning = ""): HTMLElement {
  const square = element("i");
  square.style.background = colour;
  const entry = span("tff-key", square, text);
  entry.title = meaning;
  return entry;
}

/** Sets an attribute. */
export function set(target: Element, name: string, value: string): void {
  target.setAttribute(name, value);
}

/** Gives an element a class, or takes it away. */
export function toggle(target: Element, name: string, isOn: boolean): void {
  target.classList.toggle(name, isOn);
}
