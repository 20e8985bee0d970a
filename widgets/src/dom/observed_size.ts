// How large an element is.

const observed = new Set<ObservedSize>();

/** How large an element is, without asking the browser to lay the page out at once. */
export class ObservedSize {
  width = 0;
  height = 0;
  private readonly observer: ResizeObserver;

  /** `changed` is called after every change, also when the element appears. */
  constructor(
    private readonly target: HTMLElement,
    changed: () => void,
  ) {
    this.observer = new ResizeObserver(() => {
      this.measure();
      changed();
    });
    this.observer.observe(target);
    observed.add(this);
  }

  measure(): void {
    this.width = this.target.clientWidth;
    this.height = this.target.clientHeight;
  }

  close(): void {
    this.observer.disconnect();
    observed.delete(this);
  }
}

/** Asks the browser for all sizes at once: of a frame that is out of sight it tells none. */
export function measureAll(): void {
  for (const size of observed) size.measure();
}
