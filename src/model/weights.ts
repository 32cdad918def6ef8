import {
  multipleOf4,
  packConv2d,
  packConvTranspose2d,
  packedShape,
  packLinear,
  packVector,
} from "../kernels/shared/pack.ts";
import type { Padding } from "../kernels/shared/padding.ts";
import {
  type Convolution,
  chooseWinograd,
  type WinogradSide,
  winogradFilters,
  winogradPoints,
} from "../kernels/shared/winograd.ts";
import type { Precision, Shape } from "../runtime/tensor.ts";
import type { Weight, WeightSource } from "../runtime/weight.ts";
import { batchNormScale, batchNormShift, concatenate, halfColumns, scaleRows } from "./fold.ts";
import type { PackedWeight, Quantization, quantizedWeight } from "./quantized-weight.ts";

/** `x · Wᵀ + b`, also as a 1×1 convolution; a transposed convolution whose stride is its window; any convolution. */
export interface Linear {
  readonly weight: PackedWeight;
  readonly bias?: Weight | undefined;
  readonly channelsIn: number;
  readonly channelsOut: number;
}

export interface Conv extends Linear {
  /** The window's side. */
  readonly size: number;
  readonly stride: number;
  /** Zeros around a map, where they are not half the window on each side: they may depend on the map's size. */
  readonly padding?: ((height: number, width: number, window: number, stride: number) => Padding) | undefined;
  /** Set where the weight is transformed for Winograd's algorithm: the side of its tiles. */
  readonly winograd?: WinogradSide | undefined;
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

/** How weights are quantised, and by what: it is loaded for models that have such. */
export interface Quantizing extends Quantization {
  readonly quantizedWeight: typeof quantizedWeight;
}

interface Affine {
  readonly bias?: boolean;
}

interface ProductOptions extends Affine {
  /** What becomes of the weight's rows, one for each output, before anything else. */
  readonly prepare?: ((rows: Float32Array, channelsOut: number) => Float32Array) | undefined;
  /** The coarsest quantisation that the layer may have, in a model that is quantised; any if left out. */
  readonly coarsest?: "q8" | "none" | undefined;
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

interface Recipe {
  readonly sources: readonly WeightSource[];
  readonly make: (...sources: Float32Array[]) => Float32Array;
}

interface PackedRecipe extends Recipe, Pick<LinearOptions, "coarsest"> {}

interface ConvOptions extends ProductOptions, Pick<Conv, "padding"> {
  /** Name of a batch norm after the convolution; folded in, since in inference it is an affine map of each channel. */
  readonly batchNorm?: string;
  /** 1 if left out. */
  readonly stride?: number;
}

/**
 * Binds names under a path of the checkpoint to weights as the kernels want them. Every leaf states its shape, and every
 * leaf that was bound is in `collected`, so that {@link checkWeights} can hold the file against the whole tree.
 */
export class WeightScope {
  readonly precision: Precision;
  readonly convolution: Convolution;
  readonly quantizing: Quantizing | undefined;
  readonly collected: Weight[];
  readonly #path: string;

  constructor(
    precision: Precision,
    convolution: Convolution = "auto",
    quantizing?: Quantizing,
    path = "",
    collected: Weight[] = [],
  ) {
    this.precision = precision;
    this.convolution = convolution;
    this.quantizing = quantizing;
    this.collected = collected;
    this.#path = path;
  }

  /** The scope of a submodule. */
  at(path: string): WeightScope {
    return new WeightScope(this.precision, this.convolution, this.quantizing, this.#name(path), this.collected);
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
    const shape = { channelsIn, channelsOut, size, stride, padding };
    const winograd = this.winogradOf(shape);
    const taps = winograd ? winogradPoints(winograd) : size * size;
    const own = bias ? [this.source(`${name}.bias`, [channelsOut])] : [];
    const norm = ["weight", "bias", "running_mean", "running_var"].map((leaf) =>
      this.source(`${batchNorm}.${leaf}`, [channelsOut]),
    );
    const weightSource = this.source(`${name}.weight`, [channelsOut, channelsIn, size, size]);
    const weight = this.packed(name, taps, channelsIn, channelsOut, {
      sources: batchNorm === undefined ? [weightSource] : [weightSource, ...norm],
      make: (w, ...statistics) => {
        const rows = prepare?.(w!, channelsOut) ?? w!;
        const scaled = batchNorm === undefined ? rows : scaleRows(rows, batchNormScale(statistics));
        return packConv2d(winograd ? winogradFilters(scaled, winograd) : scaled, channelsOut, channelsIn, taps);
      },
      coarsest: winograd ? "none" : coarsest,
    });
    const layer = { weight, winograd, ...shape };
    if (batchNorm === undefined) return bias ? { ...layer, bias: this.vector(`${name}.bias`, channelsOut) } : layer;
    const shift = this.packedVector(`${name}+${batchNorm}.bias`, channelsOut, {
      sources: [...norm, ...own],
      make: (gamma, beta, mean, variance, b) => packVector(batchNormShift([gamma!, beta!, mean!, variance!], b)),
    });
    return { ...layer, bias: shift };
  }

  /**
   * The side of the tiles if a convolution goes by Winograd's algorithm. A transformed weight is four times as large, which is
   * not what one quantises for.
   */
  winogradOf(
    shape: Pick<Conv, "channelsIn" | "channelsOut" | "size" | "stride" | "padding">,
  ): WinogradSide | undefined {
    const auto = this.quantizing ? "direct" : "auto";
    const convolution = this.convolution === "auto" ? auto : this.convolution;
    return chooseWinograd({ ...shape, precision: this.precision }, convolution);
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

  /** A vector filled up to a multiple of 4, in f32, as biases are. */
  vector(name: string, channels: number): Weight {
    return this.packedVector(name, channels, { sources: [this.source(name, [channels])], make: (v) => packVector(v!) });
  }

  /** A tensor as it is, in f32: small ones whose rounding would show. */
  tensor(name: string, shape: Shape): Weight {
    return this.derived(name, shape, [{ name, shape }], (t) => t!);
  }

  /** A weight computed from tensors of this scope. */
  derived(
    label: string,
    shape: Shape,
    sources: readonly WeightSource[],
    make: Recipe["make"],
    dtype: Precision = "f32",
  ): Weight {
    const weight: Weight = {
      label: this.#name(label),
      shape,
      dtype,
      sources: sources.map(({ name, shape: stored }) => this.source(name, stored)),
      make,
    };
    this.collected.push(weight);
    return weight;
  }

  /** A weight of the model's precision, computed from tensors of this scope in a way that depends on the types they are stored in. */
  derivedFor(
    label: string,
    shape: Shape,
    sources: readonly WeightSource[],
    makeFor: NonNullable<Weight["makeFor"]>,
  ): Weight {
    const weight: Weight = {
      label: this.#name(label),
      shape,
      dtype: this.precision,
      sources: sources.map(({ name, shape: stored }) => this.source(name, stored)),
      makeFor,
    };
    this.collected.push(weight);
    return weight;
  }

  /** The weight of a product, in the shape of `packedShape`. */
  packed(
    label: string,
    taps: number,
    channelsIn: number,
    channelsOut: number,
    { coarsest, ...recipe }: PackedRecipe,
  ): PackedWeight {
    const shape = packedShape(taps, channelsIn, channelsOut);
    const float = { label: this.#name(label), shape, dtype: this.precision, ...recipe };
    const { quantizing } = this;
    const isQuantized = quantizing && coarsest !== "none";
    const weight = isQuantized ? quantizing.quantizedWeight(float, coarsest ?? quantizing.format, quantizing) : float;
    this.collected.push(weight);
    return weight;
  }

  /** A vector filled up to a multiple of 4, in f32, as biases are. */
  packedVector(label: string, channels: number, recipe: Recipe): Weight {
    const weight = { label: this.#name(label), shape: [multipleOf4(channels)], dtype: "f32" as const, ...recipe };
    this.collected.push(weight);
    return weight;
  }

  /** A tensor of this scope. */
  source(name: string, shape: Shape): WeightSource {
    return { name: this.#name(name), shape };
  }

  #name(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}
