// Elements of a page, made and changed; text is never read as HTML.

/** Makes an element with a class and text; text is never read as HTML. */
export function element(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function div(className = "", text = ""): HTMLElement {
  return element("div", className, text);
}

export function span(className = "", text = ""): HTMLElement {
  return element("span", className, text);
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
export function write(target: HTMLElement, text: string): void {
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
  const entry = element("span", "tff-key", text);
  const square = document.createElement("i");
  square.style.background = colour;
  entry.title = meaning;
  entry.prepend(square);
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
