import { chooseWinograd } from "../../kernels/shared/choose-convolution.ts";
import { packConv2d, packConvTranspose2d, packLinear, packVector } from "../../kernels/shared/pack.ts";
import { winogradFilters, winogradPoints } from "../../kernels/shared/winograd-transforms.ts";
import type { Shape } from "../../runtime/graph/tensor.ts";
import type { Conv, GroupNorm, Linear, Norm } from "../network/layers.ts";
import { batchNormScale, batchNormShift, concatenate, halfColumns, scaleRows } from "./fold.ts";
import { type PackedRecipe, WeightLeaves } from "./weight-leaves.ts";

interface Affine {
  readonly bias?: boolean;
}

interface ProductOptions extends Affine, Pick<PackedRecipe, "coarsest"> {
  /** What becomes of the weight's rows, one for each output, before anything else. */
  readonly prepare?: ((rows: Float32Array, channelsOut: number) => Float32Array) | undefined;
}

interface LinearOptions extends ProductOptions {
  /** Name of a vector that multiplies the outputs (layer scale): folded in, since `λ(Wx + b) = (λW)x + λb`. */
  readonly scale?: string;
  /** Shape of the weight in the file, if not `[channelsOut, channelsIn]`. */
  readonly stored?: Shape;
}

interface MergedOptions extends Affine {
  /** Those that have no bias where the others do: zeros stand for it. */
  readonly unbiased?: readonly string[];
}

interface ConvOptions extends ProductOptions, Pick<Conv, "padding"> {
  /** Name of a batch norm after the convolution; folded in, since in inference it is an affine map of each channel. */
  readonly batchNorm?: string;
  /** 1 if left out. */
  readonly stride?: number;
}

/** Binds names under a path of the checkpoint to the weights of whole layers. */
export class WeightScope extends WeightLeaves {
  /** The scope of a submodule. */
  at(path: string): WeightScope {
    return new WeightScope(this.precision, this.convolution, this.quantizing, this.pathOf(path), this.collected);
  }

  /** torch.nn.Linear, or a Conv2d that is one: with a 1×1 window, or with a stride that is its window. */
  linear(name: string, channelsIn: number, channelsOut: number, options: LinearOptions = {}): Linear {
    const { bias = true, scale, stored = [channelsOut, channelsIn], prepare, coarsest } = options;
    const lambda = scale === undefined ? [] : [this.source(scale, [channelsOut])];
    const weight = this.packed(name, 1, channelsIn, channelsOut, {
      sources: [this.source(`${name}.weight`, stored), ...lambda],
      make: (w, l) => {
        const rows = prepare?.(w!, channelsOut) ?? w!;
        return packLinear(l ? scaleRows(rows, l) : rows, channelsOut, channelsIn);
      },
      coarsest,
    });
    if (!bias) return { weight, channelsIn, channelsOut };
    return {
      weight,
      channelsIn,
      channelsOut,
      bias: this.packedVector(`${name}.bias`, channelsOut, {
        sources: [this.source(`${name}.bias`, [channelsOut]), ...lambda],
        make: (b, l) => packVector(l ? scaleRows(b!, l) : b!),
      }),
    };
  }

  /** Several Linear of one input as one matrix, side by side: query, key and value. */
  merged(
    names: readonly string[],
    channelsIn: number,
    channelsOut: number,
    { bias = true, unbiased = [] }: MergedOptions = {},
  ): Linear {
    const all = names.length * channelsOut;
    const label = names.join("+");
    const weight = this.packed(label, 1, channelsIn, all, {
      sources: names.map((name) => this.source(`${name}.weight`, [channelsOut, channelsIn])),
      make: (...parts) => packLinear(concatenate(parts), all, channelsIn),
    });
    if (!bias) return { weight, channelsIn, channelsOut: all };
    const biased = names.filter((name) => !unbiased.includes(name));
    return {
      weight,
      channelsIn,
      channelsOut: all,
      bias: this.packedVector(`${label}.bias`, all, {
        sources: biased.map((name) => this.source(`${name}.bias`, [channelsOut])),
        make: (...parts) =>
          packVector(concatenate(names.map((name) => parts[biased.indexOf(name)] ?? new Float32Array(channelsOut)))),
      }),
    };
  }

  /**
   * A Linear of two inputs side by side, `W [x₁; x₂] + b`, as two: `W₁ x₁` and `W₂ x₂ + b`. Where x₂ is the same for many
   * x₁, the second is computed once. At the coarsest in q8: every token passes them, once.
   */
  split(name: string, channelsIn: number, channelsOut: number): readonly [Linear, Linear] {
    const source = this.source(`${name}.weight`, [channelsOut, 2 * channelsIn]);
    const half = (which: 0 | 1) => ({
      weight: this.packed(`${name} ${which === 0 ? "left" : "right"}`, 1, channelsIn, channelsOut, {
        sources: [source],
        make: (w) => packLinear(halfColumns(w!, 2 * channelsIn, which), channelsOut, channelsIn),
        coarsest: "q8",
      }),
      channelsIn,
      channelsOut,
    });
    return [half(0), { ...half(1), bias: this.vector(`${name}.bias`, channelsOut) }];
  }

  /** torch.nn.Conv2d with a square window, and the batch norm after it. */
  conv2d(
    name: string,
    channelsIn: number,
    channelsOut: number,
    size: number,
    { bias = true, batchNorm, stride = 1, padding, prepare, coarsest }: ConvOptions = {},
  ): Conv {
    const { taps, pack, layer: how } = this.convolutionOf({ channelsIn, channelsOut, size, stride, padding });
    const own = bias ? [this.source(`${name}.bias`, [channelsOut])] : [];
    const norm = ["weight", "bias", "running_mean", "running_var"].map((leaf) =>
      this.source(`${batchNorm}.${leaf}`, [channelsOut]),
    );
    const weightSource = this.source(`${name}.weight`, [channelsOut, channelsIn, size, size]);
    const weight = this.packed(name, taps, channelsIn, channelsOut, {
      sources: batchNorm === undefined ? [weightSource] : [weightSource, ...norm],
      make: (w, ...statistics) => {
        const rows = prepare?.(w!, channelsOut) ?? w!;
        return pack(batchNorm === undefined ? rows : scaleRows(rows, batchNormScale(statistics)));
      },
      coarsest,
    });
    const layer = { weight, ...how };
    if (batchNorm === undefined) return bias ? { ...layer, bias: this.vector(`${name}.bias`, channelsOut) } : layer;
    const shift = this.packedVector(`${name}+${batchNorm}.bias`, channelsOut, {
      sources: [...norm, ...own],
      make: (gamma, beta, mean, variance, b) => packVector(batchNormShift([gamma!, beta!, mean!, variance!], b)),
    });
    return { ...layer, bias: shift };
  }

  /**
   * How a convolution is computed, and how its weight `[N, K, k, k]` is packed: transformed if it goes by Winograd's algorithm,
   * except in models that are quantised. What is transformed is four times as large, which is not what one quantises for.
   */
  convolutionOf(layer: Omit<Conv, "weight">) {
    const { channelsIn, channelsOut, size } = layer;
    const winograd = chooseWinograd({ ...layer, precision: this.precision }, this.convolution);
    const atRun = this.quantizing;
    const side = atRun ? undefined : winograd;
    const taps = side ? winogradPoints(side) : size * size;
    const pack = (weight: Float32Array) =>
      packConv2d(side ? winogradFilters(weight, side) : weight, channelsOut, channelsIn, taps);
    return { taps, pack, layer: { ...layer, winograd, atRun } };
  }

  /** torch.nn.ConvTranspose2d whose stride is its window. */
  convTranspose2d(name: string, channelsIn: number, channelsOut: number, size: number): Conv {
    const taps = size * size;
    const weight = this.packed(name, 1, channelsIn, taps * channelsOut, {
      sources: [this.source(`${name}.weight`, [channelsIn, channelsOut, size, size])],
      make: (w) => packConvTranspose2d(w!, channelsIn, channelsOut, taps),
    });
    const bias = this.packedVector(`${name}.bias`, taps * channelsOut, {
      sources: [this.source(`${name}.bias`, [channelsOut])],
      make: (b) => packVector(b!, taps),
    });
    return { weight, bias, channelsIn, channelsOut, size, stride: size };
  }

  norm(name: string, channels: number, epsilon: number): Norm {
    return {
      weight: this.tensor(`${name}.weight`, [channels]),
      bias: this.tensor(`${name}.bias`, [channels]),
      channels,
      epsilon,
    };
  }

  groupNorm(name: string, channels: number, groups: number, epsilon: number): GroupNorm {
    return { ...this.norm(name, channels, epsilon), groups };
  }
}
