import { dump } from "npyjs";

/**
 * A map as NumPy's `.npy`, `[height, width]`, row by row: `u1` or `u2` for labels, `f4` for depth, little endian; several of
 * floats as `[maps, height, width]`. `numpy.load` reads it.
 */
export function npy(
  { width, height }: { readonly width: number; readonly height: number },
  values: Uint8Array | Uint16Array | Float32Array | readonly Float32Array[],
): Uint8Array {
  if (ArrayBuffer.isView(values)) return new Uint8Array(dump(values, [height, width]));
  const all = new Float32Array(values.length * width * height);
  for (const [i, map] of values.entries()) all.set(map, i * width * height);
  return new Uint8Array(dump(all, [values.length, height, width]));
}
