import { packConv2d } from "../../kernels/shared/pack.ts";
import { endPadding } from "../../kernels/shared/uneven-padding.ts";
import type { Conv } from "../network/layers.ts";
import type { WeightScope } from "../weights/weights.ts";

/**
 * Swin's patch merging, a Linear without bias of four neighbours side by side, as a convolution of 2 × 2 pixels and stride 2,
 * with zeros at the end of odd sides. At the coarsest in q8: all that a stage sees passes it, past no residual.
 */
export function patchMerging(scope: WeightScope, name: string, channelsIn: number, channelsOut: number): Conv {
  const weight = scope.packed(name, 4, channelsIn, channelsOut, {
    sources: [scope.source(`${name}.weight`, [channelsOut, 4 * channelsIn])],
    make: (w) => packConv2d(mergedTaps(w!, channelsIn), channelsOut, channelsIn, 4),
    coarsest: "q8",
  });
  return { weight, channelsIn, channelsOut, size: 2, stride: 2, padding: endPadding };
}

/**
 * Rows `[4 · C]` of Swin's patch merging, which takes four neighbours column by column, as the window `[C, 2, 2]` of a
 * convolution, by rows.
 */
function mergedTaps(values: Float32Array, channels: number): Float32Array {
  return values.map((_, i) => {
    const [row, within] = [Math.floor(i / (4 * channels)), i % (4 * channels)];
    const [channel, tap] = [Math.floor(within / 4), within % 4];
    const place = 2 * (tap % 2) + Math.floor(tap / 2);
    return values[(4 * row + place) * channels + channel]!;
  });
}
