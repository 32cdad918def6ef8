import type { Kernel } from "./graph/kernel.ts";
import { elementCount, type Precision, type TensorSpec } from "./graph/tensor.ts";

const READ: Readonly<Record<Precision, { readonly word: string; readonly bits: string; readonly exponent: string }>> = {
  f32: { word: "i", bits: "word", exponent: "0x7f800000u" },
  f16: { word: "i / 2u", bits: "(word >> (16u * (i % 2u))) & 0xffffu", exponent: "0x7c00u" },
};

const FLOAT: Readonly<Record<Precision, string>> = { f32: "bitcast<f32>(bits)", f16: "unpack2x16float(bits).x" };

/**
 * How far two tensors are apart: the largest `|got − want|`, then the largest `|want|`, as f32. The first is infinite where
 * one of the two is not finite and the other is.
 *
 * Inputs want and got, of one spec. The output is to hold zeros before.
 */
export function largestDifference({ shape, dtype }: TensorSpec & { readonly dtype: Precision }): Kernel {
  const count = elementCount(shape);
  const { word, bits, exponent } = READ[dtype];
  const words = dtype === "f32" ? count : Math.ceil(count / 2);
  const workgroups = Math.min(1024, Math.ceil(count / 256));
  return {
    label: `largest difference of [${shape.join(", ")}] ${dtype}`,
    inputs: [
      { shape, dtype },
      { shape, dtype },
    ],
    output: { shape: [2], dtype: "u32" },
    workgroups: [workgroups, 1, 1],
    flops: 2 * count,
    // Magnitudes are compared as the bits of f32, which are in the same order.
    code: `
      @group(0) @binding(0) var<storage, read> want: array<u32, ${words}>;
      @group(0) @binding(1) var<storage, read> got: array<u32, ${words}>;
      @group(0) @binding(2) var<storage, read_write> found: array<atomic<u32>, 2>;

      fn bitsOf(word: u32, i: u32) -> u32 { return ${bits}; }
      fn isFinite(bits: u32) -> bool { return (bits & ${exponent}) != ${exponent}; }
      fn valueOf(bits: u32) -> f32 { return ${FLOAT[dtype]}; }

      @compute @workgroup_size(64)
      fn main(@builtin(global_invocation_id) id: vec3u) {
        var difference = 0u;
        var scale = 0u;
        for (var i = id.x; i < ${count}u; i += ${64 * workgroups}u) {
          let a = bitsOf(want[${word}], i);
          let b = bitsOf(got[${word}], i);
          if (isFinite(a) && isFinite(b)) {
            difference = max(difference, bitcast<u32>(abs(valueOf(b) - valueOf(a))));
            scale = max(scale, bitcast<u32>(abs(valueOf(a))));
          } else if (isFinite(a) != isFinite(b)) {
            difference = 0x7f800000u;
          }
        }
        atomicMax(&found[0], difference);
        atomicMax(&found[1], scale);
      }`,
  };
}
