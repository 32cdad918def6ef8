import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { grid } from "./shared/grid.ts";
import { unlessOverflown } from "./shared/not-finite.ts";
import { rowSum } from "./shared/row-sum.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { storeChannels } from "./shared/store-channels.ts";
import { wgsl } from "./shared/wgsl.ts";

/**
 * Rows of a workgroup, and invocations of a row. SwiftShader, [901, 1024]: 17 ms; 22 with four rows, and 57 with one row
 * to a workgroup of 64, where the barriers take the time.
 */
const ROWS = 2;
const ACROSS = 16;

export interface LayerNormParams {
  /** N · T: the rows are normalised each on its own. */
  readonly rows: number;
  readonly channels: number;
  readonly epsilon: number;
  /** Whether a tensor of the output's shape is added last: the residual of a block that normalises what it adds. */
  readonly residual?: boolean;
  /** Of x and y; weight and bias are f32. */
  readonly precision: Precision;
}

/**
 * `y = (x − mean(x)) / √(var(x) + ε) · weight + bias + residual?` over the channels of each row, with the biased variance:
 * torch.nn.LayerNorm.
 *
 * x `[rows, C]`, weight `[C]` f32, bias `[C]` f32, residual `[rows, C]` → y `[rows, C]`.
 *
 * The statistics take two passes in f32, since E[x²] − E[x]² cancels. The second pass also sums the deviations
 * themselves: what is left of them is the rounding error of the mean, which is large where the mean is.
 */
export function layerNorm({ rows, channels, epsilon, residual = false, precision }: LayerNormParams): Kernel {
  const x: TensorSpec = { shape: [rows, channels], dtype: precision };
  const affine: TensorSpec = { shape: [channels], dtype: "f32" };
  const width = lanes(channels);
  const blocks = Math.ceil(channels / 4);
  const tail = channels % 4;
  const { workgroups, index } = grid(Math.ceil(rows / ROWS));
  // x4 reads channels past the end as 0, but their deviation from the mean is not 0. Rows past the last repeat it and are not
  // stored.
  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "x", x, width)}
    ${storage(1, "read", "weight", affine, width)}
    ${storage(2, "read", "bias", affine, width)}
    ${residual ? storage(3, "read", "residual", x, width) : ""}
    ${storage(residual ? 4 : 3, "read_write", "y", x, width)}
    ${loadChannels("x", channels)}
    ${loadChannels("weight", channels)}
    ${loadChannels("bias", channels)}
    ${residual ? loadChannels("residual", channels) : ""}
    ${storeChannels("y", channels, precision)}

    var<workgroup> sums: array<f32, ${ROWS * ACROSS}>;
    var<workgroup> moments: array<vec2f, ${ROWS * ACROSS}>;

    fn deviation4(base: u32, c: u32, mean: f32) -> vec4f {
      let d = x4(base, c) - mean;
      #if ${tail > 0}
      return select(d, vec4f(), vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u) >= vec4u(${channels}u));
      #else
      return d;
      #endif
    }

    @compute @workgroup_size(${ROWS * ACROSS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let across = lane % ${ACROSS}u;
      let row = group * ${ROWS}u + lane / ${ACROSS}u;
      let base = min(row, ${rows - 1}u) * ${rowStride(channels)}u;

      var sum = vec4f();
      for (var c = across; c < ${blocks}u; c += ${ACROSS}u) { sum += x4(base, c); }
      sums[lane] = dot(sum, vec4f(1.0));
      ${rowSum("sums", "f32", ACROSS)}
      let mean = sumsTotal / ${channels}.0;

      var first = vec4f();
      var second = vec4f();
      for (var c = across; c < ${blocks}u; c += ${ACROSS}u) {
        let d = deviation4(base, c, mean);
        first += d;
        second += d * d;
      }
      moments[lane] = vec2f(dot(first, vec4f(1.0)), dot(second, vec4f(1.0)));
      ${rowSum("moments", "vec2f", ACROSS)}
      let moment = momentsTotal / ${channels}.0;
      let root = inverseSqrt(max(moment.y - moment.x * moment.x, 0.0) + ${epsilon});
      let inverse = ${unlessOverflown("moment.y", "root", "moment.y")};

      if (row >= ${rows}u) { return; }
      for (var c = across; c < ${blocks}u; c += ${ACROSS}u) {
        let value = (x4(base, c) - mean - moment.x) * inverse * weight4(0u, c) + bias4(0u, c);
        yStore4(base, c, value${residual ? " + residual4(base, c)" : ""});
      }
    }`;
  return {
    label: `layerNorm [${x.shape.join(", ")}]${residual ? " + 1 residual" : ""}`,
    inputs: [x, affine, affine, ...(residual ? [x] : [])],
    output: x,
    code,
    workgroups,
    // Of an element: 1 for the mean, 3 for the variance, 2 to normalise, 2 for weight and bias, 1 for the residual.
    flops: (residual ? 9 : 8) * rows * channels,
  };
}
