import type { Precision, TensorSpec } from "../../runtime/tensor.ts";
import { packedShape } from "./pack.ts";

/** Whole numbers of 8 or of 4 bits, and factors that give them their size. */
export type QuantizedFormat = "q8" | "q4";

/** How the weight of a product is stored; sums are in f32 whichever it is. */
export type WeightFormat = Precision | QuantizedFormat;

/** Rows of a packed weight that share a factor in q4. */
export const GROUP = 32;

export function isQuantized(format: WeightFormat): format is QuantizedFormat {
  return format === "q8" || format === "q4";
}

/**
 * Where a quantised weight `[rows, columns]` has its parts, in bytes, one behind the other in one buffer:
 *
 * codes: a block is 4 rows × 4 columns, so that one load gives an invocation the four rows that it multiplies next.
 *   Blocks lie as `[rows/4, columns/4]`. q8: `[4 rows, 4 columns]` of int8. q4: `[2 pairs of rows, 4 columns]` of bytes,
 *   the first row of the pair in the high half, both as int4 from -7 to 7;
 * factors: q4 only, f16 `[⌈rows/32⌉, columns]`;
 * scales: f32 `[columns]`.
 *
 * The weight is `code · factor · scale`. The scale meets the finished sum, so that it costs nothing and no column is too
 * large or too small; the factor, at most 1, meets four rows at once.
 */
export interface QuantizedLayout {
  readonly codes: number;
  readonly factors: number;
  readonly scales: number;
  readonly bytes: number;
}

export function quantizedLayout(format: QuantizedFormat, rows: number, columns: number): QuantizedLayout {
  const codes = format === "q8" ? rows * columns : (rows * columns) / 2;
  const factors = format === "q8" ? 0 : 2 * Math.ceil(rows / GROUP) * columns;
  const scales = 4 * columns;
  return { codes, factors, scales, bytes: codes + factors + scales };
}

/** A packed weight as a product reads it. */
export function weightSpec(format: WeightFormat, taps: number, channelsIn: number, channelsOut: number): TensorSpec {
  const shape = packedShape(taps, channelsIn, channelsOut);
  if (!isQuantized(format)) return { shape, dtype: format };
  const [rows, columns] = shape as [number, number];
  return { shape: [quantizedLayout(format, rows, columns).bytes / 4], dtype: "u32" };
}
