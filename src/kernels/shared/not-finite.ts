import { wgsl } from "./wgsl.ts";

/** Sums of squares past this have overflowed. Below f32's largest, for a shader compiler may assume that nothing is above that. */
const LARGEST = "3.0e38";

/**
 * Expression: `value`, or where `squares`, which it is made from, has overflowed, `otherwise`. The inverse of infinity is 0,
 * and an answer of zeros, or of biases alone, looks sound.
 */
export function unlessOverflown(
  squares: string,
  value: string,
  otherwise: string,
  type: "f32" | "vec4f" = "f32",
): string {
  return `select(${value}, ${otherwise}, ${squares} > ${type}(${LARGEST}))`;
}

/** WGSL `fn isNotFinite(v: f32) -> bool`, by bits: a shader compiler may take `v == v` for true. */
export const isNotFinite = wgsl`
  fn isNotFinite(v: f32) -> bool {
    return (bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u;
  }`;
