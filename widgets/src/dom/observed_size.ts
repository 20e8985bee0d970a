// How large an element is.

/** How large an element is, without asking the browser to lay the page out at once. */
export class ObservedSize {
  width = 0;
  height = 0;
  private readonly observer: ResizeObserver;

  /** `changed` is called after every change, also when the element appears. */
  constructor(target: HTMLElement, changed: () => void) {
    this.observer = new ResizeObserver(() => {
      this.width = target.clientWidth;
      this.height = target.clientHeight;
      changed();
    });
    this.observer.observe(target);
  }

  close(): void {
    this.observer.disconnect();
  }
}
