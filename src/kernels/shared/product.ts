import type { Kernel, Path } from "../../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../../runtime/graph/tensor.ts";
import { loadChannels } from "./channels.ts";
import {
  type Epilogue,
  epilogueDeclarations,
  epilogueInputs,
  epilogueLabel,
  epilogueStore,
  type Stored,
} from "./epilogue.ts";
import { loadWeight } from "./load-weight.ts";
import { multipleOf4, packedShape } from "./pack.ts";
import type { QuantizedStorage } from "./quantized-storage.ts";
import { enable, lanes, storage } from "./storage.ts";
import { partsSpec, sumParts } from "./sum-parts.ts";
import type { FineProduct } from "./tiled-product.ts";
import { registerTiling, type Tiling, type TilingProblem, tilings } from "./tilings.ts";
import { wgsl } from "./wgsl.ts";

/** A kernel of sums `y = finish(Σ x · W)`: which rows of x meet which rows of the weight. */
export interface Product extends Pick<FineProduct, "prepareRow" | "prepareStep" | "prepareRowStep"> {
  readonly label: string;
  /** Channels last; row `i` starts at `base${i}`, which `prepareRow` or `prepareRowStep` declares for {@link loadChannels}. */
  readonly x: TensorSpec;
  /** `bool` expression: whether row `i` is inside the image at this step; always, if left out. */
  readonly inside?: (i: number) => string;
  readonly channelsIn: number;
  /** Whether x passes a ReLU on the way in. */
  readonly relu?: boolean;
  /** Rows of x that meet in one sum: the window of a convolution. */
  readonly taps: number;
  /** Products of this shape one below the other, in x, weight and output; 1 if left out. */
  readonly matrices?: number;
  /** Of the weight where it is not that of the output. */
  readonly weightPrecision?: Precision | undefined;
  /** How the weight is stored if it is quantised; as the activations are if left out. */
  readonly quantized?: QuantizedStorage | undefined;
  readonly stored: Stored;
  readonly epilogue: Epilogue;
}

/**
 * Inputs: x, the weight packed as `[taps · K, N]` (and quantised, if its format is so), and those of the epilogue. The
 * kernel is the one that runs anywhere; its `paths` are all the ways to cut it up.
 */
export function product(params: Product): Kernel {
  const problem = problemOf(params);
  const own = registerTiling(problem.m, problem.n);
  return {
    ...tiled(params, own),
    path: own.name,
    paths: async (traits) => (await tilings(problem, traits)).map((tiling) => pathOf(params, tiling)),
  };
}

/** What the weight's numbers are once they are loaded: one that is quantised is unpacked into f32. */
function loadedAs({ quantized, weightPrecision, stored }: Product): Precision {
  return quantized ? "f32" : (weightPrecision ?? stored.precision);
}

function problemOf(params: Product): TilingProblem {
  const { x, channelsIn, taps, matrices = 1, stored } = params;
  return {
    m: (stored.batch * stored.rows) / matrices,
    n: multipleOf4(stored.channels),
    k: taps * multipleOf4(channelsIn),
    steps: taps,
    matrices,
    slabs: { left: x.dtype, right: loadedAs(params) },
  };
}

/** Its texts are made when they are first asked for: of ten ways one is taken, as a rule. */
function pathOf(params: Product, tiling: Tiling): Path {
  let stages: Path["stages"] | undefined;
  return {
    name: tiling.name,
    get stages() {
      stages ??= stagesOf(params, tiling);
      return stages;
    },
  };
}

function stagesOf(params: Product, tiling: Tiling): Path["stages"] {
  const { epilogue, stored } = params;
  const { parts } = tiling;
  const kernel = tiled(params, tiling);
  const added = epilogueInputs(epilogue, stored).map((_, i) => 2 + i);
  if (parts === 1) return [{ kernel, inputs: [0, 1, ...added] }];
  const sums = { kernel, inputs: [0, 1] };
  return [sums, { kernel: sumParts(parts, epilogue, stored), inputs: [2 + added.length, ...added] }];
}

function tiled(params: Product, { directives, parts, tile }: Tiling): Kernel {
  const { label, x, channelsIn, relu = false, taps, matrices = 1, quantized, stored, epilogue } = params;
  const { batch, rows, channels } = stored;
  const { m, n } = problemOf(params);
  const packed = packedShape(matrices * taps, channelsIn, channels);
  const weight = quantized?.specOf(packed) ?? { shape: packed, dtype: loadedAs(params) };
  const loads = quantized?.load(weight, packed, 1) ?? loadWeight(weight, n, 1);
  const inside = (i: number, value: string, zero: string) =>
    params.inside ? `select(${zero}, ${value}, ${params.inside(i)})` : value;
  const isWhole = parts === 1;
  const output = isWhole ? stored.output : partsSpec(stored, parts);
  const { main, workgroups } = tile({
    ...params,
    m,
    n,
    steps: taps,
    depth: multipleOf4(channelsIn) / 4,
    parts,
    load: (i) => inside(i, `x4(base${i}, c)`, "vec4f()"),
    loadOne: (i, k) => inside(i, `x1(base${i}, c, ${k})`, "0.0"),
    weight: loads,
    store: isWhole ? epilogueStore(epilogue, stored, loads.sum) : `y[m * ${n / 4}u + n4] = ${loads.sum};`,
  });
  const what = `${label}${quantized ? ` ${quantized.format}` : ""}${relu ? " relu in" : ""}`;
  return {
    label: isWhole ? `${what}${epilogueLabel(epilogue)}` : `${what} in ${parts} parts`,
    inputs: [x, weight, ...(isWhole ? epilogueInputs(epilogue, stored) : [])],
    output,
    workgroups,
    flops: 2 * batch * rows * channels * taps * channelsIn,
    code: wgsl`
      ${[...directives, enable(hasHalf(params) ? "f16" : "f32")].join("\n")}
      ${storage(0, "read", "x", x, lanes(channelsIn))}
      ${loads.declarations}
      ${isWhole ? epilogueDeclarations(epilogue, stored, 2) : storage(2, "read_write", "y", output, 4)}
      ${loadChannels("x", channelsIn, { relu })}
      ${main}`,
  };
}

function hasHalf(params: Product): boolean {
  return [params.x.dtype, params.stored.precision, loadedAs(params)].includes("f16");
}
