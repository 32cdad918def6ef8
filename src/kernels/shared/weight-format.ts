import type { Precision } from "../../runtime/graph/tensor.ts";

/** Whole numbers of 8 or of 4 bits, and factors that give them their size. */
export type QuantizedFormat = "q8" | "q4";

/** How the weight of a product is stored; sums are in f32 whichever it is. */
export type WeightFormat = Precision | QuantizedFormat;

export function isQuantized(format: WeightFormat): format is QuantizedFormat {
  return format === "q8" || format === "q4";
}
