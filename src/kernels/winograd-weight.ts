import type { Kernel } from "../runtime/graph/kernel.ts";
import type { TensorSpec } from "../runtime/graph/tensor.ts";
import { grid } from "./shared/grid.ts";
import { loadWeight } from "./shared/load-weight.ts";
import { multipleOf4, packedShape } from "./shared/pack.ts";
import type { QuantizedStorage } from "./shared/quantized-storage.ts";
import { storage } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";
import {
  combination,
  combinationFlops,
  WINOGRAD,
  type WinogradSide,
  winogradPoints,
} from "./shared/winograd-transforms.ts";

export interface WinogradWeightParams {
  readonly side: WinogradSide;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** How the weight is stored if it is quantised; in f32 if left out. */
  readonly quantized?: QuantizedStorage | undefined;
}

/** Invocations of a workgroup: as many filters of four channels out. */
const GROUP = 64;

/**
 * Before the three steps of a Winograd convolution whose weight lies as for a direct one: `U = G g Gᵀ` of each filter g, in
 * f32.
 *
 * weight `[9 · C, O]` as `packConv2d` makes it, or that quantised → U `[(m + 2)² · C, O]`; C and O are filled up to multiples
 * of 4.
 */
export function winogradWeight({ side, channelsIn, channelsOut, quantized }: WinogradWeightParams): Kernel {
  const size = side + 2;
  const matrix = WINOGRAD[side].filter;
  const packed = packedShape(9, channelsIn, channelsOut);
  const weight: TensorSpec = quantized?.specOf(packed) ?? { shape: packed, dtype: "f32" };
  const [channels, vectors] = [multipleOf4(channelsIn), multipleOf4(channelsOut) / 4];
  const loads = quantized?.load(weight, packed, 0) ?? loadWeight(weight, 4 * vectors, 0);
  const output: TensorSpec = { shape: packedShape(winogradPoints(side), channelsIn, channelsOut), dtype: "f32" };
  const { workgroups, index } = grid(Math.ceil((channels * vectors) / GROUP));
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, k) => `${prefix}${k}`);
  return {
    label: `winogradWeight [${output.shape}] of ${quantized?.format ?? "f32"}`,
    inputs: [weight],
    output,
    workgroups,
    flops: (3 + size) * combinationFlops(matrix) * channelsIn * channelsOut,
    code: wgsl`
      ${loads.declarations}
      ${storage(1, "read_write", "u", output, 4)}

      fn tap(number: u32, c: u32, n4: u32) -> vec4f {
        let quad = number * ${channels / 4}u + c / 4u;
        let n0 = n4;
        ${loads.prepare(0)}
        let sum = ${loads.row("(c & 3u)", 0)};
        return ${loads.sum};
      }

      @compute @workgroup_size(${GROUP})
      fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
        ${index}
        let own = group * ${GROUP}u + local;
        let c = own / ${vectors}u;
        let n4 = own % ${vectors}u;
        if (c >= ${channels}u) { return; }
        ${unroll(
          3,
          (j) => wgsl`
            ${unroll(3, (i) => `let g${j}_${i} = tap(${3 * i + j}u, c, n4);`)}
            ${unroll(size, (i) => `let t${i}_${j} = ${combination(matrix[i]!, names(`g${j}_`, 3))};`)}`,
        )}
        ${unroll(size, (i) =>
          unroll(
            size,
            (j) => `u[${(i * size + j) * channels * vectors}u + own] = ${combination(matrix[j]!, names(`t${i}_`, 3))};`,
          ),
        )}
      }`,
  };
}
