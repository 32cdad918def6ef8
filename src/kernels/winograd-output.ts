import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import {
  type Epilogue,
  epilogueDeclarations,
  epilogueInputs,
  epilogueLabel,
  epilogueStore,
} from "./shared/epilogue.ts";
import { grid } from "./shared/grid.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { enable, storage } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";
import { WINOGRAD_SIZES, type WinogradPlan, winogradSizes } from "./shared/winograd-plan.ts";
import { combination, combinationFlops, WINOGRAD, winogradPoints } from "./shared/winograd-transforms.ts";

export interface WinogradOutputParams extends WinogradPlan, Epilogue {
  /** Of y, and of residuals; what comes in is f32. */
  readonly precision: Precision;
}

/** Invocations of a workgroup. */
const GROUP = 64;

/**
 * Last of the three steps of a Winograd convolution: `Y = Aᵀ M A`, `m × m` pixels of each tile, cut at the image's edge;
 * then what {@link Epilogue} says.
 *
 * M `[(m + 2)² · P, O]` in f32, sizes `[7]` (`bandSizes`), those of the epilogue → y
 * `[N, H, W, O]`, of which this band's tiles are written.
 */
export function winogradOutput(params: WinogradOutputParams): Kernel {
  const { side, batch, height, width, channelsOut, band, precision } = params;
  const size = side + 2;
  const matrix = WINOGRAD[side].output;
  const channels = multipleOf4(channelsOut);
  const vectors = channels / 4;
  const m: TensorSpec = { shape: [winogradPoints(side) * band, channels], dtype: "f32" };
  const sizes: TensorSpec = { shape: [WINOGRAD_SIZES.length], dtype: "u32" };
  const output: TensorSpec = { shape: [batch, height, width, channelsOut], dtype: precision };
  const stored = { batch, rows: height * width, channels: channelsOut, precision, output, sized: false };
  const { workgroups, index } = grid(Math.ceil((band * vectors) / GROUP));
  const names = (prefix: string) => Array.from({ length: size }, (_, k) => `${prefix}${k}`);
  const at = (i: number, j: number) => `products[${i * size + j}u * sizes.band * ${vectors}u + own]`;
  return {
    label: `winogradOutput [${output.shape}] F(${side}×${side})${epilogueLabel(params)}`,
    inputs: [m, sizes, ...epilogueInputs(params, stored)],
    output,
    workgroups,
    flops: (size + side) * combinationFlops(matrix) * band * channelsOut,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "products", m, 4, { sized: false })}
      ${winogradSizes}
      ${epilogueDeclarations(params, stored, 2)}

      fn store(image: u32, row: u32, column: u32, n4: u32, sum: vec4f) {
        if (row >= sizes.height || column >= sizes.width) { return; }
        let m = (image * sizes.height + row) * sizes.width + column;
        ${epilogueStore(params, stored)}
      }

      @compute @workgroup_size(${GROUP})
      fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
        ${index}
        let own = group * ${GROUP}u + local;
        let p = own / ${vectors}u;
        let n4 = own % ${vectors}u;
        let tile = sizes.first + p;
        let image = tile / sizes.tilesAcross / sizes.tilesDown;
        if (p >= sizes.band || image >= sizes.batch) { return; }
        let top = tile / sizes.tilesAcross % sizes.tilesDown * ${side}u;
        let left = tile % sizes.tilesAcross * ${side}u;
        ${unroll(
          size,
          (j) => wgsl`
            ${unroll(size, (i) => `let m${j}_${i} = ${at(i, j)};`)}
            ${unroll(side, (u) => `let s${u}_${j} = ${combination(matrix[u]!, names(`m${j}_`))};`)}`,
        )}
        ${unroll(side, (u) =>
          unroll(
            side,
            (v) => `store(image, top + ${u}u, left + ${v}u, n4, ${combination(matrix[v]!, names(`s${u}_`))});`,
          ),
        )}
      }`,
  };
}
