import { attention } from "../../../src/kernels/attention.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import { attention as attentionLoop } from "../../../test/reference/attention.ts";
import type { Expected, KernelCase } from "../kernel-case.ts";
import { randomValues } from "../random-values.ts";
import { some } from "../sample.ts";

/** Heads that are checked, with all their queries: a query needs all keys anyway. */
const HEADS = 2;

export function attentionCase(
  role: string,
  tokens: number,
  heads: number,
  headSize: number,
  precision: Precision,
): KernelCase {
  const params = { batch: 1, tokens, heads, headSize, scale: headSize ** -0.5 };
  const kernel = attention({ ...params, precision });
  return {
    role,
    recordedAs: kernel.label,
    kernel,
    data: () => {
      const qkv = randomValues(tokens * 3 * heads * headSize, precision);
      return { inputs: [qkv], expected: () => expected(qkv, params) };
    },
  };
}

function expected(
  qkv: Float32Array,
  params: { readonly tokens: number; readonly heads: number; readonly headSize: number; readonly scale: number },
): Expected {
  const { tokens, heads, headSize, scale } = params;
  const width = heads * headSize;
  const [positions, values]: [number[], number[]] = [[], []];
  for (const head of some(heads, HEADS)) {
    const own = new Float32Array(tokens * 3 * headSize);
    for (let part = 0; part < 3 * tokens; part++) {
      const from = part * width + head * headSize;
      own.set(qkv.subarray(from, from + headSize), part * headSize);
    }
    const y = attentionLoop(own, { batch: 1, tokens, heads: 1, headSize, scale });
    for (const [i, value] of y.entries()) {
      positions.push(Math.floor(i / headSize) * width + head * headSize + (i % headSize));
      values.push(value);
    }
  }
  return { positions, values };
}
