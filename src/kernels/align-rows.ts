import type { Kernel } from "../runtime/graph/kernel.ts";
import { elementCount, type TensorSpec } from "../runtime/graph/tensor.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

/** At multiples of so many bytes WebGPU wants the rows of what is copied to a texture. */
const ROW_BYTES = 256;

const PER_WORD = { u8: 4, u16: 2, f32: 1 } as const;

export interface AlignRowsParams {
  readonly height: number;
  readonly width: number;
  readonly dtype: keyof typeof PER_WORD;
}

/**
 * x `[H, W]` → y `[H, W']`, W filled up by zeros until rows begin at multiples of 256 bytes. Bits are moved and not read: f32
 * stays what it is, NaN too.
 */
export function alignRows({ height, width, dtype }: AlignRowsParams): Kernel {
  const perWord = PER_WORD[dtype];
  const rowOfWords = (Math.ceil((4 * width) / perWord / ROW_BYTES) * ROW_BYTES) / 4;
  const x: TensorSpec = { shape: [height, width], dtype };
  const y: TensorSpec = { shape: [height, rowOfWords * perWord], dtype };
  const words = ({ shape }: TensorSpec): TensorSpec => ({
    shape: [Math.ceil(elementCount(shape) / perWord)],
    dtype: "u32",
  });
  const bits = 32 / perWord;
  const count = height * rowOfWords;
  return {
    label: `alignRows [${x.shape.join(", ")}] ${dtype}`,
    inputs: [x],
    output: y,
    workgroups: itemWorkgroups(count),
    flops: 0,
    code: wgsl`
      ${storage(0, "read", "x", words(x), 1)}
      ${storage(1, "read_write", "y", words(y), 1)}

      ${eachItem(count)`
        let row = i / ${rowOfWords}u;
        let first = i % ${rowOfWords}u * ${perWord}u;
        var word = 0u;
        for (var k = 0u; k < min(${perWord}u, ${width}u - min(first, ${width}u)); k++) {
          let at = row * ${width}u + first + k;
          let bits = extractBits(x[at / ${perWord}u], at % ${perWord}u * ${bits}u, ${bits}u);
          word = insertBits(word, bits, k * ${bits}u, ${bits}u);
        }
        y[i] = word;
      `}`,
  };
}
