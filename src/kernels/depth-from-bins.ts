import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { relu } from "./shared/activation.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { grid } from "./shared/grid.ts";
import { rowSum } from "./shared/row-sum.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

/** Pixels of a workgroup, and invocations of a pixel: as in layerNorm, which reads rows of the same lengths. */
const PIXELS = 2;
const ACROSS = 16;

export interface DepthFromBinsParams {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** K; 1 up. */
  readonly bins: number;
  /** Depth of bin 0, and what every bin weighs at least. */
  readonly minDepth: number;
  /** Depth of the last bin. */
  readonly maxDepth: number;
  readonly precision: Precision;
}

/**
 * The mean of depths that lie evenly from `minDepth` to `maxDepth`, weighed by `w = relu(x) + minDepth`:
 * `y = Σ wₖ dₖ / Σ wₖ` with `dₖ = minDepth + k·s` (Tipsv2DptFeaturesToDepth). Since the weights' shares sum to 1, that is
 * `minDepth + s · Σ wₖ k / Σ wₖ`.
 *
 * x `[N, H, W, K]` → y `[N, H, W, 1]`.
 */
export function depthFromBins(params: DepthFromBinsParams): Kernel {
  const { batch, height, width, bins, minDepth, maxDepth, precision } = params;
  const x: TensorSpec = { shape: [batch, height, width, bins], dtype: precision };
  const output: TensorSpec = { shape: [batch, height, width, 1], dtype: precision };
  const pixels = batch * height * width;
  const step = bins > 1 ? (maxDepth - minDepth) / (bins - 1) : 0;
  const { workgroups, index } = grid(Math.ceil(pixels / PIXELS));
  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "x", x, lanes(bins))}
    ${storage(1, "read_write", "y", output, 1)}
    ${loadChannels("x", bins)}

    var<workgroup> sums: array<vec2f, ${PIXELS * ACROSS}>;

    @compute @workgroup_size(${PIXELS * ACROSS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let across = lane % ${ACROSS}u;
      let pixel = group * ${PIXELS}u + lane / ${ACROSS}u;
      // Pixels past the last repeat it and are not stored.
      let base = min(pixel, ${pixels - 1}u) * ${rowStride(bins)}u;

      var sum = vec2f();
      for (var c = across; c < ${Math.ceil(bins / 4)}u; c += ${ACROSS}u) {
        let v = x4(base, c);
        let k = vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u);
        let weight = select(vec4f(), ${relu("v", "vec4f()")} + ${minDepth}, k < vec4u(${bins}u));
        sum += vec2f(dot(weight, vec4f(1.0)), dot(weight, vec4f(k)));
      }
      sums[lane] = sum;
      ${rowSum("sums", "vec2f", ACROSS)}
      if (across > 0u || pixel >= ${pixels}u) { return; }
      y[pixel] = ${precision}(${minDepth} + ${step} * (sumsTotal.y / sumsTotal.x));
    }`;
  return {
    label: `depthFromBins [${x.shape.join(", ")}]`,
    inputs: [x],
    output,
    code,
    workgroups,
    // Of a bin: the weight, its sum, and its product with the bin's number and the sum of those.
    flops: 5 * pixels * bins,
  };
}
