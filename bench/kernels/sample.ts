import { randomStream } from "../../test/random.ts";

/** Multiply-adds of the float64 loops up to which a whole output is checked: a tenth of a second. */
const WHOLE = 2 ** 26;
/** Rows and columns of a sample. */
const SIDE = 20;

/** Rows and columns of an output, which is checked where they cross. */
export interface Sample {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * What to check of an output `[rows, columns]` of which each number is a sum of `depth` products: everything where that
 * is quick, otherwise 400 numbers, the four corners among them. A float64 loop over all of a large product would take
 * minutes in JavaScript, and what is wrong with a kernel (a tile, a border, an offset) is wrong in rows or columns.
 */
export function sample(rows: number, columns: number, depth: number): Sample {
  if (rows * columns * depth <= WHOLE) return { rows: some(rows, rows), columns: some(columns, columns) };
  return { rows: some(rows, SIDE), columns: some(columns, SIDE) };
}

/** `count` of the numbers below `length`, ascending: the first and the last, and others from a fixed seed. */
export function some(length: number, count: number): number[] {
  if (count >= length) return Array.from({ length }, (_, i) => i);
  const next = randomStream(length);
  const chosen = new Set([0, length - 1]);
  while (chosen.size < count) chosen.add(Math.floor(next() * length));
  return [...chosen].sort((a, b) => a - b);
}

/** Where rows and columns cross in a matrix `[…, width]`. */
export function crossings({ rows, columns }: Sample, width: number): number[] {
  return rows.flatMap((row) => columns.map((column) => row * width + column));
}

/** The numbers at some positions. */
export function take(values: ArrayLike<number>, positions: readonly number[]): Float32Array {
  return Float32Array.from(positions, (position) => values[position]!);
}

/** Some rows of a matrix `[…, width]`. */
export function takeRows(matrix: Float32Array, rows: readonly number[], width: number): Float32Array {
  const taken = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) taken.set(matrix.subarray(row * width, (row + 1) * width), i * width);
  return taken;
}
