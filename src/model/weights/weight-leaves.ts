import type { Convolution } from "../../kernels/shared/choose-convolution.ts";
import { multipleOf4, packedShape, packVector } from "../../kernels/shared/pack.ts";
import type { Precision, Shape } from "../../runtime/graph/tensor.ts";
import type { Weight, WeightSource } from "../../runtime/graph/weight.ts";
import type { AtRun } from "../network/layers.ts";
import type { PackedWeight, Quantization, quantizedWeight } from "./quantized-weight.ts";

/** How weights are quantised and transformed, and by what: it is loaded for models that have such. */
export interface Quantizing extends Quantization, AtRun {
  readonly quantizedWeight: typeof quantizedWeight;
}

/** What a weight is made of, and how. */
export interface Recipe {
  readonly sources: readonly WeightSource[];
  readonly make: (...sources: Float32Array[]) => Float32Array;
}

export interface PackedRecipe extends Recipe {
  /** The coarsest quantisation that the layer may have, in a model that is quantised; any if left out. */
  readonly coarsest?: "q8" | "none" | undefined;
}

/**
 * Binds single names under a path of the checkpoint to weights as the kernels want them. Every leaf states its shape, and every
 * leaf that was bound is in `collected`, so that {@link checkWeights} can hold the file against the whole tree.
 */
export class WeightLeaves {
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
    return this.#fromTensors(label, { shape, dtype, make }, sources);
  }

  /** A weight of the model's precision, computed from tensors of this scope in a way that depends on the types they are stored in. */
  derivedFor(
    label: string,
    shape: Shape,
    sources: readonly WeightSource[],
    makeFor: NonNullable<Weight["makeFor"]>,
  ): Weight {
    return this.#fromTensors(label, { shape, dtype: this.precision, makeFor }, sources);
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
    const float = { label: this.pathOf(label), shape, dtype: this.precision, ...recipe };
    const { quantizing } = this;
    const isQuantized = quantizing && coarsest !== "none";
    const weight = isQuantized ? quantizing.quantizedWeight(float, coarsest ?? quantizing.format, quantizing) : float;
    return this.#collect(weight);
  }

  /** A vector filled up to a multiple of 4, in f32, as biases are. */
  packedVector(label: string, channels: number, recipe: Recipe): Weight {
    return this.#collect({ label: this.pathOf(label), shape: [multipleOf4(channels)], dtype: "f32", ...recipe });
  }

  /** A tensor of this scope. */
  source(name: string, shape: Shape): WeightSource {
    return { name: this.pathOf(name), shape };
  }

  #fromTensors(label: string, weight: Omit<Weight, "label" | "sources">, sources: readonly WeightSource[]): Weight {
    const named = sources.map(({ name, shape }) => this.source(name, shape));
    return this.#collect({ ...weight, label: this.pathOf(label), sources: named });
  }

  #collect<Leaf extends Weight>(leaf: Leaf): Leaf {
    this.collected.push(leaf);
    return leaf;
  }

  /** From the root of the checkpoint. */
  protected pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}
