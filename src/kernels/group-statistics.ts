import type { Kernel } from "../runtime/graph/kernel.ts";
import type { TensorSpec } from "../runtime/graph/tensor.ts";
import { grid } from "./shared/grid.ts";
import { type GroupedMap, momentParts } from "./shared/norm-groups.ts";
import { unlessOverflown } from "./shared/not-finite.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;

export interface GroupStatisticsParams extends GroupedMap {
  readonly epsilon: number;
}

/**
 * Second of the three kernels of a group norm: what `channelMoments` found in channels and parts, put together for each
 * group of each image.
 *
 * moments f32 `[N, parts, 2, C]` → statistics f32 `[N, G, 2]`: the mean, counted from the group's pivot, and 1/√(σ² + ε)
 * with the biased variance `σ² = Σᵢ (Mᵢ + nᵢ (μᵢ − μ)²) / Σᵢ nᵢ` (Chan, Golub and LeVeque 1983), which does not cancel.
 */
export function groupStatistics(params: GroupStatisticsParams): Kernel {
  const { batch, height, width, channels, groups, epsilon } = params;
  const { pixels, parts } = momentParts(params);
  const all = height * width;
  const size = channels / groups;
  const stride = multipleOf4(channels);
  const moments: TensorSpec = { shape: [batch, parts, 2, stride], dtype: "f32" };
  const statistics: TensorSpec = { shape: [batch, groups, 2], dtype: "f32" };
  const { workgroups, index } = grid(batch * groups);
  return {
    label: `groupStatistics [${batch}, ${parts}, ${channels}] of ${groups}`,
    inputs: [moments],
    output: statistics,
    workgroups,
    flops: 7 * batch * parts * channels,
    code: wgsl`
      ${storage(0, "read", "moments", moments, 1)}
      ${storage(1, "read_write", "statistics", statistics, 1)}

      var<workgroup> sums: array<f32, ${INVOCATIONS}>;

      fn total(lane: u32, own: f32) -> f32 {
        workgroupBarrier();
        sums[lane] = own;
        workgroupBarrier();
        var sum = 0.0;
        for (var i = 0u; i < ${INVOCATIONS}u; i++) { sum += sums[i]; }
        return sum;
      }

      @compute @workgroup_size(${INVOCATIONS})
      fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
        ${index}
        let first = group / ${groups}u * ${2 * parts * stride}u + group % ${groups}u * ${size}u;
        var own = 0.0;
        for (var i = lane; i < ${parts * size}u; i += ${INVOCATIONS}u) {
          let part = i / ${size}u;
          let pixelCount = f32(min(${pixels}u, ${all}u - part * ${pixels}u));
          own += pixelCount * moments[first + 2u * part * ${stride}u + i % ${size}u];
        }
        let mean = total(lane, own) / ${all * size}.0;
        own = 0.0;
        for (var i = lane; i < ${parts * size}u; i += ${INVOCATIONS}u) {
          let part = i / ${size}u;
          let pixelCount = f32(min(${pixels}u, ${all}u - part * ${pixels}u));
          let at = first + 2u * part * ${stride}u + i % ${size}u;
          let d = moments[at] - mean;
          own += moments[at + ${stride}u] + pixelCount * d * d;
        }
        let variance = total(lane, own) / ${all * size}.0;
        if (lane == 0u) {
          statistics[2u * group] = mean;
          let inverse = inverseSqrt(variance + ${epsilon});
          statistics[2u * group + 1u] = ${unlessOverflown("variance", "inverse", "variance")};
        }
      }`,
  };
}
