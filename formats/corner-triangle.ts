/** Rounding of where a side passes a row; marks are whole numbers, so that more than this is a mark elsewhere. */
const ROUNDING = 1e-6;

/** The triangle between three places of a grid. */
export class CornerTriangle {
  readonly #stride: number;
  readonly #corners: readonly [number, number, number];

  /** @param stride from one row of places to the next */
  constructor(stride: number, a: number, b: number, c: number) {
    this.#stride = stride;
    this.#corners = [a, b, c];
  }

  /** In squares of the grid. */
  get area(): number {
    const [a, b, c] = this.#corners;
    const [ax, ay] = [this.#x(a), this.#y(a)];
    return Math.abs((this.#x(b) - ax) * (this.#y(c) - ay) - (this.#x(c) - ax) * (this.#y(b) - ay)) / 2;
  }

  /** Whether a mark other than its corners lies in it or on its sides. */
  holds(marks: Uint8Array): boolean {
    const [a, b, c] = this.#corners;
    const rows = [this.#y(a), this.#y(b), this.#y(c)];
    const last = Math.max(...rows);
    for (let y = Math.min(...rows); y <= last; y++) {
      const [left, right] = this.#across(y);
      const end = y * this.#stride + Math.floor(right + ROUNDING);
      for (let place = y * this.#stride + Math.ceil(left - ROUNDING); place <= end; place++) {
        if (marks[place] === 1 && place !== a && place !== b && place !== c) return true;
      }
    }
    return false;
  }

  /** Where it begins and ends in a row. */
  #across(y: number): [number, number] {
    let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let side = 0; side < 3; side++) {
      const [from, to] = [this.#corners[side]!, this.#corners[(side + 1) % 3]!];
      const [x1, y1, x2, y2] = [this.#x(from), this.#y(from), this.#x(to), this.#y(to)];
      if (y < Math.min(y1, y2) || y > Math.max(y1, y2)) continue;
      const x = y1 === y2 ? x1 : x1 + ((y - y1) * (x2 - x1)) / (y2 - y1);
      const also = y1 === y2 ? x2 : x;
      left = Math.min(left, x, also);
      right = Math.max(right, x, also);
    }
    return [left, right];
  }

  #x(place: number): number {
    return place % this.#stride;
  }

  #y(place: number): number {
    return Math.floor(place / this.#stride);
  }
}
