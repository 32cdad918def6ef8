import { elementCount, type Precision, type TensorSpec } from "../../runtime/graph/tensor.ts";
import { wgsl } from "./wgsl.ts";

/** First line of a kernel that stores in this precision. */
export function enable(precision: Precision): string {
  return precision === "f16" ? "enable f16;" : "";
}

/** How many neighbouring channels one load takes: 4 where every row starts at a multiple of 4, otherwise 1. */
export function lanes(channels: number): 1 | 4 {
  return channels % 4 === 0 ? 4 : 1;
}

/**
 * Declares a tensor as an array of `width`-element vectors. Its length is part of the type, so that the bounds check
 * that WebGPU demands compares with a constant (SwiftShader, matmul [788, 384]·[384, 1536]: 5.15 against 4.45 GFLOP/s
 * with a runtime-sized array). Without `sized` it is not, and kernels of other sizes can have the same text.
 */
export function storage(
  binding: number,
  access: "read" | "read_write",
  name: string,
  { shape, dtype }: TensorSpec,
  width: 1 | 4,
  { sized = true } = {},
): string {
  const count = Math.max(1, Math.ceil(elementCount(shape) / width));
  return wgsl`@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<${vector(dtype, width)}${sized ? `, ${count}` : ""}>;`;
}

/** WGSL's name of a vector of `width` stored elements. */
export function vector(dtype: TensorSpec["dtype"], width: 1 | 4): string {
  return width === 4 ? `vec4<${dtype}>` : dtype;
}
