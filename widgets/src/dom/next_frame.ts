// Drawing, once before the next frame.

/** Draws once before the next frame, however much changes until then. */
export class NextFrame {
  private requested: number | null = null;

  constructor(private readonly draw: () => void) {}

  request(): void {
    this.requested ??= requestAnimationFrame(() => {
      this.requested = null;
      this.draw();
    });
  }

  close(): void {
    if (this.requested !== null) cancelAnimationFrame(this.requested);
    this.requested = null;
  }
}
