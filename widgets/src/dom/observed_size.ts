// How large an element is.

/**
 * How large an element is, without asking the browser to lay the page out at once. Only until it has told for the
 * first time it is asked: of a frame out of sight it never tells, and what is printed of it must be drawn all the same.
 */
export class ObservedSize {
  private told: { width: number; height: number } | null = null;
  private readonly observer: ResizeObserver;

  /** `changed` is called after every change, also when the element appears. */
  constructor(
    private readonly target: HTMLElement,
    changed: () => void,
  ) {
    this.observer = new ResizeObserver(() => {
      this.told = { width: target.clientWidth, height: target.clientHeight };
      changed();
    });
    this.observer.observe(target);
  }

  get width(): number {
    return this.told?.width ?? this.target.clientWidth;
  }

  get height(): number {
    return this.told?.height ?? this.target.clientHeight;
  }

  close(): void {
    this.observer.disconnect();
  }
}
