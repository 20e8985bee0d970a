// Sums over spans, by executor or by AST node.

export class Totals {
  calls: number[] = [];
  time: number[] = [];
  running: number[] = [];

  add(key: number, time: number): void {
    this.reserve(key);
    this.calls[key] += 1;
    this.time[key] += time;
  }

  addRunning(key: number): void {
    this.reserve(key);
    this.running[key] += 1;
  }

  private reserve(key: number): void {
    while (this.calls.length <= key) {
      this.calls.push(0);
      this.time.push(0);
      this.running.push(0);
    }
  }
}
