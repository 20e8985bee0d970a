// Where the tiles of clients are: as large as there is room for, one client each or several.

const LARGEST = 118;
const SMALLEST = 6;
// More tiles than this are not to be told apart.
export const MAX_TILES = 2500;
/** A tile of this size has room for the number of its client, and for what the client made. */
export const LETTERS_SIZE = 28;
/** A tile of this size has room for a picture. */
export const PICTURE_SIZE = 44;
/** One of this size has room for numbers beside it. */
export const NUMBER_SIZE = 72;
const STEPS = [PICTURE_SIZE, NUMBER_SIZE];
/** How high a key of tiles is, at most. */
const ROOM_OF_KEY = 60;

export class TilePlaces {
  size = SMALLEST;
  perTile = 1;
  columns = 1;
  private count = 0;
  private width = 0;
  private gap = 2;
  /** In less height than this, tiles stay below a size. */
  private limit = { height: 0, size: LARGEST };

  /** How many tiles there are. */
  get numTiles(): number {
    return Math.ceil(this.count / this.perTile);
  }

  /**
   * Finds the largest tiles that fit. Larger ones have a longer key, which takes room away: so tiles do not pass a step in
   * size for the few pixels that are free because the key of smaller ones is short.
   */
  fit(width: number, height: number, count: number): void {
    if (count !== this.count || width !== this.width) this.limit.height = 0;
    [this.width, this.count] = [width, count];
    this.fitBelow(LARGEST, height);
    const next = STEPS.find((step) => this.size < step);
    if (height >= this.limit.height)
      this.limit = { height: next === undefined ? 0 : height + ROOM_OF_KEY, size: next ?? LARGEST };
    else if (this.size >= this.limit.size) this.fitBelow(this.limit.size - 1, height);
  }

  /** The upper left corner of a tile. */
  cornerOf(tile: number): [x: number, y: number] {
    const pitch = this.size + this.gap;
    return [(tile % this.columns) * pitch, Math.floor(tile / this.columns) * pitch];
  }

  /** The tile at a place; -1 if there is none. */
  at(x: number, y: number): number {
    const pitch = this.size + this.gap;
    const column = Math.floor(x / pitch);
    const tile = Math.floor(y / pitch) * this.columns + column;
    return column < this.columns && tile >= 0 && tile < this.numTiles ? tile : -1;
  }

  private fitBelow(largest: number, height: number): void {
    [this.columns, this.size] = [1, SMALLEST];
    for (this.perTile = Math.ceil(this.count / MAX_TILES) || 1; this.perTile <= this.count; this.perTile++) {
      for (let size = largest; size >= SMALLEST; size--) {
        this.gap = size > 24 ? 4 : size > 8 ? 2 : 1;
        const columns = Math.max(1, Math.floor((this.width + this.gap) / (size + this.gap)));
        if (Math.ceil(this.numTiles / columns) * (size + this.gap) - this.gap <= height) {
          [this.columns, this.size] = [columns, size];
          return;
        }
      }
    }
  }
}
