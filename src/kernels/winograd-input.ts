import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { grid } from "./shared/grid.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";
import { WINOGRAD_SIZES, type WinogradPlan, winogradSizes } from "./shared/winograd-plan.ts";
import { combination, combinationFlops, WINOGRAD, winogradPoints } from "./shared/winograd-transforms.ts";

export interface WinogradInputParams extends WinogradPlan {
  /** Whether the input passes a ReLU on the way in. */
  readonly relu?: boolean;
  /** Of x; what comes out is f32. */
  readonly precision: Precision;
}

/** Invocations of a workgroup: as many groups of four channels, of one tile where it has that many. */
const GROUP = 64;

/**
 * First of the three steps of a Winograd convolution: `V = Bᵀ d B` of each tile d of `(m + 2) × (m + 2)` pixels, zeros
 * outside the image.
 *
 * x `[N, H, W, C]`, sizes `[7]` (`bandSizes`) → V `[(m + 2)² · P, C]`, P the band's tiles and C
 * filled up to a multiple of 4. Rows past the last tile, which the last band may have, are 0.
 */
export function winogradInput(params: WinogradInputParams): Kernel {
  const { side, batch, height, width, channelsIn, band, relu = false } = params;
  const size = side + 2;
  const matrix = WINOGRAD[side].input;
  const channels = multipleOf4(channelsIn);
  const vectors = channels / 4;
  const stride = rowStride(channelsIn);
  const x: TensorSpec = { shape: [batch, height, width, channelsIn], dtype: params.precision };
  const sizes: TensorSpec = { shape: [WINOGRAD_SIZES.length], dtype: "u32" };
  const output: TensorSpec = { shape: [winogradPoints(side) * band, channels], dtype: "f32" };
  const { workgroups, index } = grid(Math.ceil((band * vectors) / GROUP));
  const names = (prefix: string) => Array.from({ length: size }, (_, k) => `${prefix}${k}`);
  // Rows and columns are unsigned: a pixel left of the image is beyond every size.
  return {
    label: `winogradInput [${x.shape}] F(${side}×${side})${relu ? " relu in" : ""}`,
    inputs: [x, sizes],
    output,
    workgroups,
    flops: 2 * size * combinationFlops(matrix) * band * channelsIn,
    code: wgsl`
      ${enable(params.precision)}
      ${storage(0, "read", "x", x, lanes(channelsIn), { sized: false })}
      ${winogradSizes}
      ${storage(2, "read_write", "v", output, 4, { sized: false })}
      ${loadChannels("x", channelsIn, { relu })}

      fn pixel(image: u32, row: u32, column: u32, c: u32) -> vec4f {
        let inside = (image < sizes.batch) & (row < sizes.height) & (column < sizes.width);
        let base = select(0u, ((image * sizes.height + row) * sizes.width + column) * ${stride}u, inside);
        return select(vec4f(), x4(base, c), inside);
      }

      @compute @workgroup_size(${GROUP})
      fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
        ${index}
        let own = group * ${GROUP}u + local;
        let p = own / ${vectors}u;
        let c = own % ${vectors}u;
        if (p >= sizes.band) { return; }
        let tile = sizes.first + p;
        let image = tile / sizes.tilesAcross / sizes.tilesDown;
        let top = tile / sizes.tilesAcross % sizes.tilesDown * ${side}u - 1u;
        let left = tile % sizes.tilesAcross * ${side}u - 1u;
        ${unroll(
          size,
          (j) => wgsl`
            ${unroll(size, (i) => `let d${j}_${i} = pixel(image, top + ${i}u, left + ${j}u, c);`)}
            ${unroll(size, (i) => `let t${i}_${j} = ${combination(matrix[i]!, names(`d${j}_`))};`)}`,
        )}
        ${unroll(size, (i) =>
          unroll(
            size,
            (j) =>
              `v[(${i * size + j}u * sizes.band + p) * ${vectors}u + c] = ${combination(matrix[j]!, names(`t${i}_`))};`,
          ),
        )}
      }`,
  };
}
