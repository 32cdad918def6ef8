import { loadFloats, storeFloats } from "../src/runtime/session/store-floats.ts";

/** Each number as the nearest f16. */
export function roundToHalf(values: Float32Array): Float32Array {
  return loadFloats(storeFloats(values, "f16").buffer as ArrayBuffer, "f16", values.length);
}

/** What storing a number as f16 may add to its error: half a unit in the last place, above and below 2^-14. */
export function halfRounding(y: number): number {
  return 2 ** -11 * Math.abs(y) + 2 ** -25;
}
