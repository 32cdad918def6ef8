import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { ALONE, type BatchPlace } from "./shared/batch-place.ts";
import { grid } from "./shared/grid.ts";
import { enable, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;

export interface NormalizePixelsParams {
  /** Size of the picture. */
  readonly height: number;
  readonly width: number;
  readonly scale: number;
  /** Of red, green and blue. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
  /** Pixels of zero; they are zero after normalising, as DPTImageProcessor pads last. */
  readonly pad: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };
  /** Takes this window of the picture instead of all of it; what lies outside the picture is black. Negative: it begins outside. */
  readonly crop?:
    | { readonly top: number; readonly left: number; readonly height: number; readonly width: number }
    | undefined;
  readonly precision: Precision;
  /** How many pictures there are, one below the other, and where they go in a batch; one alone if left out. */
  readonly place?: BatchPlace | undefined;
}

/**
 * `(byte · scale − mean) / deviation`, framed by zeros:
 * `pixels [count · h, w]` (RGBA8 words, red in the lowest byte, alpha unused) → pixel values `[batch, 3, H, W]` from the
 * image `first` on, planes as PyTorch has them, `H = top + h + bottom`, `W = left + w + right` (h and w of the window, if
 * there is one). DPTImageProcessor's center_crop, rescale, normalize and pad_image.
 */
export function normalizePixels(params: NormalizePixelsParams): Kernel {
  const { height, width, scale, mean, deviation, pad, precision } = params;
  const { first, count, batch } = params.place ?? ALONE;
  const crop = params.crop ?? { top: 0, left: 0, height, width };
  const [outHeight, outWidth] = [pad.top + crop.height + pad.bottom, pad.left + crop.width + pad.right];
  const plane = outHeight * outWidth;
  const x: TensorSpec = { shape: [count * height, width], dtype: "u32" };
  const output: TensorSpec = { shape: [batch, 3, outHeight, outWidth], dtype: precision };
  const { workgroups, index } = grid(Math.ceil((count * plane) / INVOCATIONS));

  // Left of or above the window, or the picture, x and y wrap around to numbers that are beyond it as well.
  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "pixels", x, 1)}
    ${storage(1, "read_write", "output", output, 1)}

    const mean = vec3f(${mean.join(", ")});
    const deviation = vec3f(${deviation.join(", ")});

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let i = group * ${INVOCATIONS}u + lane;
      if (i >= ${count * plane}u) { return; }
      let image = i / ${plane}u;
      let place = i % ${plane}u;
      let y = place / ${outWidth}u - ${pad.top}u;
      let x = place % ${outWidth}u - ${pad.left}u;
      var value = vec3f(0.0);
      if (y < ${crop.height}u && x < ${crop.width}u) {
        let row = y + ${crop.top >>> 0}u;
        let column = x + ${crop.left >>> 0}u;
        var pixel = 0u;
        if (row < ${height}u && column < ${width}u) { pixel = pixels[(image * ${height}u + row) * ${width}u + column]; }
        let rgb = vec3f(vec3u(pixel, pixel >> 8u, pixel >> 16u) & vec3u(255u));
        value = (rgb * ${scale} - mean) / deviation;
      }
      let at = (${first}u + image) * ${3 * plane}u + place;
      output[at] = ${precision}(value.r);
      output[${plane}u + at] = ${precision}(value.g);
      output[${2 * plane}u + at] = ${precision}(value.b);
    }`;

  return {
    label: `normalizePixels [${count * height}, ${width}] → [${batch}, 3, ${outHeight}, ${outWidth}]`,
    inputs: [x],
    output,
    code,
    workgroups,
    flops: 9 * count * crop.height * crop.width,
  };
}
