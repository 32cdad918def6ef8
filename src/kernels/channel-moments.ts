import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { type GroupedMap, groupPivots, momentParts } from "./shared/norm-groups.ts";
import { unlessOverflown } from "./shared/not-finite.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface ChannelMomentsParams extends GroupedMap {
  readonly precision: Precision;
}

/**
 * First of the three kernels of a group norm: of each channel in each part of an image's pixels the mean and the sum of
 * squared deviations from it, counted from the group's pivot (`groupPivots`).
 *
 * x `[N, H, W, C]` → moments f32 `[N, parts, 2, C]`, C filled up to a multiple of 4. Two passes, the second of which also
 * sums the deviations themselves, as `layerNorm` does; neighbouring invocations read neighbouring channels.
 */
export function channelMoments(params: ChannelMomentsParams): Kernel {
  const { batch, height, width, channels, precision } = params;
  const { pixels, parts } = momentParts(params);
  const x: TensorSpec = { shape: [batch, height, width, channels], dtype: precision };
  const moments: TensorSpec = { shape: [batch, parts, 2, multipleOf4(channels)], dtype: "f32" };
  const blocks = multipleOf4(channels) / 4;
  const count = batch * parts * blocks;
  const all = height * width;
  return {
    label: `channelMoments [${x.shape.join(", ")}]`,
    inputs: [x],
    output: moments,
    workgroups: itemWorkgroups(count),
    // Of an element: 2 for the mean, 5 for the deviations.
    flops: 7 * batch * all * channels,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lanes(channels))}
      ${storage(1, "read_write", "moments", moments, 4)}
      ${loadChannels("x", channels)}
      ${groupPivots(params)}

      ${eachItem(count)`
        let c = i % ${blocks}u;
        let part = i / ${blocks}u;
        let image = part / ${parts}u;
        let first = part % ${parts}u * ${pixels}u;
        let end = min(first + ${pixels}u, ${all}u);
        let pixelCount = f32(end - first);
        let pivot = pivots4(image, c);

        var sum = vec4f();
        for (var pixel = first; pixel < end; pixel++) {
          sum += x4((image * ${all}u + pixel) * ${rowStride(channels)}u, c) - pivot;
        }
        let mean = sum / pixelCount;
        var deviations = vec4f();
        var squares = vec4f();
        for (var pixel = first; pixel < end; pixel++) {
          let d = x4((image * ${all}u + pixel) * ${rowStride(channels)}u, c) - pivot - mean;
          deviations += d;
          squares += d * d;
        }
        let rest = deviations / pixelCount;
        moments[2u * part * ${blocks}u + c] = mean + rest;
        let spread = max(squares - deviations * rest, vec4f());
        moments[(2u * part + 1u) * ${blocks}u + c] = ${unlessOverflown("squares", "spread", "squares", "vec4f")};
      `}`,
  };
}
