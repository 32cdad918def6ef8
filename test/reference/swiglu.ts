import { activation } from "./activation.ts";

/** `silu(x₁) · x₂` of the halves of each row of `x [rows, 2 · channels]` in double precision, as Dinov2SwiGLUFFN. */
export function swiglu(x: ArrayLike<number>, channels: number): Float64Array {
  return Float64Array.from({ length: x.length / 2 }, (_, i) => {
    const at = Math.floor(i / channels) * 2 * channels + (i % channels);
    return activation.silu(x[at]!) * x[at + channels]!;
  });
}
