import { float32ToFloat16Bits, toFloat32 } from "../floats.ts";
import type { Precision } from "../graph/tensor.ts";

/** Numbers as a buffer stores them; f16 filled up to whole 32-bit words, as WebGPU copies nothing less. */
export function storeFloats(values: Float32Array, precision: Precision): Float32Array | Uint16Array {
  if (precision === "f32") return values;
  const bits = float32ToFloat16Bits(values);
  if (bits.length % 2 === 0) return bits;
  const filled = new Uint16Array(bits.length + 1);
  filled.set(bits);
  return filled;
}

/** The first `count` numbers that a buffer stores. */
export function loadFloats(bytes: ArrayBuffer, precision: Precision, count: number): Float32Array {
  if (precision === "f32") return new Float32Array(bytes, 0, count);
  return toFloat32("F16", new Uint8Array(bytes, 0, 2 * count));
}
