import { dump } from "npyjs";

/**
 * A map as NumPy's `.npy`, `[height, width]`, row by row: `u1` or `u2` for labels, `f4` for depth, little endian.
 * `numpy.load` reads it.
 */
export function npy(
  { width, height }: { readonly width: number; readonly height: number },
  values: Uint8Array | Uint16Array | Float32Array,
): Uint8Array {
  return new Uint8Array(dump(values, [height, width]));
}
