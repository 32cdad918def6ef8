import type { Padding } from "../../kernels/shared/padding.ts";
import type { WinogradSide } from "../../kernels/shared/winograd-transforms.ts";
import type { winogradWeight } from "../../kernels/winograd-weight.ts";
import type { Weight } from "../../runtime/graph/weight.ts";
import type { PackedWeight } from "../weights/quantized-weight.ts";

/** `x · Wᵀ + b`, also as a 1×1 convolution; a transposed convolution whose stride is its window; any convolution. */
export interface Linear {
  readonly weight: PackedWeight;
  readonly bias?: Weight | undefined;
  readonly channelsIn: number;
  readonly channelsOut: number;
}

/** A weight that is transformed for Winograd's algorithm at each run, and not once while it loads. */
export interface AtRun {
  readonly winogradWeight: typeof winogradWeight;
  /** Fewest pixels of a map, or of all maps of a batch, for which that pays; other convolutions are direct. */
  readonly leastPixels: number;
}

export interface Conv extends Linear {
  /** The window's side. */
  readonly size: number;
  readonly stride: number;
  /** Zeros around a map, where they are not half the window on each side: they may depend on the map's size. */
  readonly padding?: ((height: number, width: number, window: number, stride: number) => Padding) | undefined;
  /** Set where it goes by Winograd's algorithm: the side of its tiles. */
  readonly winograd?: WinogradSide | undefined;
  /** Set where the weight lies as for a direct convolution even so. */
  readonly atRun?: AtRun | undefined;
}

/** LayerNorm. */
export interface Norm {
  readonly weight: Weight;
  readonly bias: Weight;
  readonly channels: number;
  readonly epsilon: number;
}

/** torch.nn.GroupNorm. */
export interface GroupNorm extends Norm {
  readonly groups: number;
}
