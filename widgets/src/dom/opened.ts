// What is opened has an owner, who closes it.

/** Something that goes on by itself until it is closed: an observer, a timer, who listens. */
export interface Closable {
  close(): void;
}

/** All that one owner has opened. */
export class Opened implements Closable {
  private readonly parts: Closable[] = [];

  add<T extends Closable>(part: T): T {
    this.parts.push(part);
    return part;
  }

  /** Adds something that is ended by a function. */
  addEnd(end: () => void): void {
    this.parts.push({ close: end });
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** Closes all, the last first; closing again does nothing. */
  close(): void {
    for (const part of this.parts.splice(0).reverse()) part.close();
  }
}
