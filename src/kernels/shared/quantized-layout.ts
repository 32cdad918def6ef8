import type { QuantizedFormat } from "./weight-format.ts";

/**
 * Rows of a packed weight that share a factor. q8 of dpt-small-camvid on 22 street photos, worst and mean share of labels as
 * in f32: a factor for all rows 98.78 and 99.34 %, for 128 99.02 and 99.44, for 64 99.30 and 99.58, for 32 99.05 and 99.57,
 * for 1.5 % more bytes each time they are halved.
 */
export const GROUP: Readonly<Record<QuantizedFormat, number>> = { q8: 64, q4: 16 };

/**
 * What a code of q4, c from -8 to 7, stands for before the factors, its level: `s · (linear + cubic · s²)` of
 * `s = max(16c / 127, -1)`, which is what `unpack4x8snorm` makes of c in the high half of a byte. It goes from -1 to 0.82.
 * Levels that lie closer where weights are more frequent err less. RMS error of the encoder's weights of dpt-small-camvid
 * and of Depth Anything V2 Small, in percent, the group's largest at one end: even steps from -7 to 7 10.4 and 11.2, from -8
 * to 7 9.1 and 9.9, the levels of NF4 8.8 and 9.1, these 8.4 and 8.7, with a fitted factor 8.1 and 8.5.
 */
export const LEVEL = { linear: 0.7, cubic: 0.3 } as const;

/**
 * Where a quantised weight `[rows, columns]` has its parts, in bytes, one behind the other in one buffer:
 *
 * codes: a block is 4 rows × 4 columns, so that one load gives an invocation the four rows that it multiplies next.
 *   Blocks lie as `[rows/4, columns/4]`. q8: `[4 rows, 4 columns]` of int8, -127 to 127. q4: `[2 pairs of rows, 4 columns]`
 *   of bytes, the first row of the pair in the high half, both as int4;
 * scales: f32 `[columns]`: the column's largest magnitude;
 * factors `[⌈rows/group⌉, columns]`, parts of the column's scale: q8 the group's largest magnitude, f16; q4 about minus the
 *   largest of the group, int8 f from -127 to 127 for `(f / 127)³`.
 *
 * The weight is `code / 127 · factor · scale` in q8 and `level(code) · factor · scale` in q4. The scale meets the finished sum,
 * so that it costs nothing and no column is too large or too small for f16.
 */
export interface QuantizedLayout {
  readonly codes: number;
  readonly scales: number;
  readonly factors: number;
  readonly bytes: number;
}

export function quantizedLayout(format: QuantizedFormat, rows: number, columns: number): QuantizedLayout {
  const codes = format === "q8" ? rows * columns : (rows * columns) / 2;
  const scales = 4 * columns;
  const factors = (format === "q8" ? 2 : 1) * Math.ceil(rows / GROUP[format]) * columns;
  return { codes, scales, factors, bytes: codes + scales + factors };
}
