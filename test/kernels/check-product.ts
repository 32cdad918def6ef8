import type { Epilogue } from "../../src/kernels/shared/epilogue.ts";
import type { ConstantData } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { DType } from "../../src/runtime/graph/tensor.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { type EpilogueValues, epilogue as finish } from "../reference/epilogue.ts";
import { halfRounding, roundToHalf } from "../round-to-half.ts";
import { runFloat } from "../run-kernel.ts";
import { sumTolerance } from "./sum-tolerance.ts";

export interface Product {
  readonly kernel: Kernel;
  readonly x: Float32Array;
  /** In PyTorch's layout. */
  readonly weight: Float32Array;
  /** The same as the kernel wants it. */
  readonly packed: ConstantData;
  /** Sums of products in double precision, from x and the weight in PyTorch's layout. */
  readonly reference: (x: Float32Array, weight: Float32Array) => Float64Array;
  /** Products in a sum. */
  readonly depth: number;
  readonly epilogue?: Epilogue;
}

/** What a kernel of sums gets, what is right, and how far off each value may be before it is stored. */
export interface ExpectedProduct {
  readonly inputs: readonly ConstantData[];
  readonly want: Float64Array;
  readonly bound: Float64Array;
}

/** Random bias and residuals for a kernel of sums, and what the loop makes of them. */
export function expectProduct(product: Product): ExpectedProduct {
  const { kernel, x, weight, packed, reference, depth, epilogue = {} } = product;
  const { dtype } = kernel.output;
  const channels = kernel.output.shape.at(-1)!;
  const length = kernel.output.shape.reduce((a, b) => a * b, 1);
  const bias = randomBias(epilogue.bias, kernel.output.shape[0]!, channels, dtype);
  const residuals = Array.from({ length: epilogue.residuals ?? 0 }, (_, i) =>
    asStored(randomNormal(length, 30 + i), dtype),
  );
  const { activation, scale } = epilogue;
  const values: EpilogueValues = { bias, activation, scale, residuals };
  const want = finish(reference(x, weight), channels, values);
  const magnitudes = finish(reference(x.map(Math.abs), weight.map(Math.abs)), channels, { bias: bias?.map(Math.abs) });
  const inputs = [x, packed, ...(bias ? [bias] : []), ...residuals];
  return { inputs, want, bound: sumTolerance(magnitudes, depth, want, values) };
}

/**
 * Runs a kernel of sums on random bias and residuals, and compares it with the loop. For a kernel that stores f16, x and
 * the weight are f16 numbers, and so are those residuals.
 */
export async function checkProduct(product: Product, run = runFloat): Promise<void> {
  const { kernel } = product;
  const { inputs, want, bound } = expectProduct(product);
  const tolerance = kernel.output.dtype === "f16" ? bound.map((error, i) => error + halfRounding(want[i]!)) : bound;
  expectClose(await run(kernel, ...inputs), want, kernel.output.shape, tolerance, kernel.label);
}

/** One vector for each image is an activation; a layer's own is f32. */
function randomBias(kind: Epilogue["bias"], batch: number, channels: number, dtype: DType): Float32Array | undefined {
  if (kind === "image") return asStored(randomNormal(batch * channels, 20), dtype);
  return kind && randomNormal(channels, 20);
}

function asStored(values: Float32Array, dtype: DType): Float32Array {
  return dtype === "f16" ? roundToHalf(values) : values;
}
