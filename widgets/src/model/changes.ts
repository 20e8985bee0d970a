// Who wants to know that something has changed.

export class Changes {
  /** Rises with every change; lets a reader tell whether to look again. */
  version = 0;
  private readonly listeners = new Set<() => void>();

  /** How many listen. */
  get size(): number {
    return this.listeners.size;
  }

  /** Calls a function after every change; returns how to stop it. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
