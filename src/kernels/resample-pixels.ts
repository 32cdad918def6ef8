import type { Kernel } from "../runtime/graph/kernel.ts";
import type { TensorSpec } from "../runtime/graph/tensor.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface ResamplePixelsParams {
  /** Size of the input. */
  readonly height: number;
  readonly width: number;
  readonly direction: "horizontal" | "vertical";
  readonly outSize: number;
  /** Weights of an output pixel (see pillowCoefficients). */
  readonly taps: number;
  /** Fraction bits of a weight. */
  readonly weightBits: number;
}

/**
 * One pass of Pillow's `Image.resize`, in its integer arithmetic: `pixels [h, w]`, `bounds [out · 2]` (first, count),
 * `weights [out · taps]` → pixels `[h, out]` or `[out, w]`. A pixel is an RGBA8 word, red in the lowest byte; alpha is
 * dropped, as PIL's `convert("RGB")` does, and comes out as 255. A resize is the horizontal pass, then the vertical one
 * (Pillow 12 turns them round, for speed, where a picture is over 100 times as tall as wide).
 */
export function resamplePixels(params: ResamplePixelsParams): Kernel {
  const { height, width, direction, outSize, taps, weightBits } = params;
  const isHorizontal = direction === "horizontal";
  const [outHeight, outWidth] = isHorizontal ? [height, outSize] : [outSize, width];
  const count = outHeight * outWidth;
  const x: TensorSpec = { shape: [height, width], dtype: "u32" };
  const bounds: TensorSpec = { shape: [outSize * 2], dtype: "u32" };
  const weights: TensorSpec = { shape: [outSize * taps], dtype: "i32" };
  const output: TensorSpec = { shape: [outHeight, outWidth], dtype: "u32" };

  const code = wgsl`
    ${storage(0, "read", "pixels", x, 1)}
    ${storage(1, "read", "bounds", bounds, 1)}
    ${storage(2, "read", "weights", weights, 1)}
    ${storage(3, "read_write", "output", output, 1)}

    ${eachItem(count)`
      let y = i / ${outWidth}u;
      let x = i % ${outWidth}u;

      #if ${isHorizontal}
        let at = x;
        let first = y * ${width}u + bounds[2u * at];
        const step = 1u;
      #else
        let at = y;
        let first = bounds[2u * at] * ${width}u + x;
        const step = ${width}u;
      #endif

      let count = bounds[2u * at + 1u];
      var sum = vec3i(${2 ** (weightBits - 1)});
      for (var k = 0u; k < count; k++) {
        let pixel = pixels[first + k * step];
        sum += weights[at * ${taps}u + k] * vec3i(vec3u(pixel, pixel >> 8u, pixel >> 16u) & vec3u(255u));
      }
      let rgb = vec3u(clamp(sum >> vec3u(${weightBits}u), vec3i(0), vec3i(255)));
      output[i] = rgb.r | (rgb.g << 8u) | (rgb.b << 16u) | 0xff000000u;
    `}`;

  return {
    label: `resamplePixels ${direction} [${height}, ${width}] → [${outHeight}, ${outWidth}]`,
    inputs: [x, bounds, weights],
    output,
    code,
    workgroups: itemWorkgroups(count),
    flops: 6 * taps * count,
  };
}
