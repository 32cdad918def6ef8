import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Traits } from "../../runtime/graph/traits.ts";
import type { WinogradSide } from "./winograd-transforms.ts";

/** How 3×3 convolutions of stride 1 are computed; "auto" is what pays. */
export type Convolution = "auto" | "direct" | "winograd";

/**
 * "auto" on a device: Winograd's products are f32 whatever the model stores, and subgroup matrices of f16 (tensor cores)
 * multiply more than the 2.25 times faster that F(2×2) saves.
 */
export function chooseConvolution(
  convolution: Convolution | undefined,
  precision: Precision,
  { subgroupMatrices, software }: Traits,
): Convolution {
  if (convolution !== undefined && convolution !== "auto") return convolution;
  if (software || precision === "f32") return "auto";
  const isFast = subgroupMatrices.some(
    ({ componentType, resultComponentType }) => componentType === precision && resultComponentType === "f32",
  );
  return isFast ? "direct" : "auto";
}

/** Fewest channels, in or out, for which transforming the map pays. */
const LEAST_CHANNELS = 32;

/**
 * Fewest pixels for which Winograd pays where the weight is transformed at each run, which costs as much whatever the map is.
 */
export function leastPixels(convolution: Convolution | undefined): number {
  return convolution === "winograd" ? 1 : 256;
}

/**
 * Whether a convolution goes by Winograd, and with which tile; `undefined` is directly. The map's size does not matter, so
 * that this is known when weights are bound.
 */
export function chooseWinograd(
  {
    size,
    stride,
    channelsIn,
    channelsOut,
    precision,
  }: Readonly<Record<"size" | "stride" | "channelsIn" | "channelsOut", number>> & { readonly precision: Precision },
  convolution: Convolution,
): WinogradSide | undefined {
  if (size !== 3 || stride !== 1 || convolution === "direct") return undefined;
  if (convolution === "auto" && Math.min(channelsIn, channelsOut) < LEAST_CHANNELS) return undefined;
  // Rounding the transformed weight to f16 costs 1.8 times the error of rounding the weight itself in F(2×2), and 5 times
  // in F(4×4), where the output's transform adds larger numbers that cancel.
  return precision === "f16" ? 2 : 4;
}
