import { quantize } from "../../kernels/shared/quantize.ts";
import { GROUP } from "../../kernels/shared/quantized-layout.ts";
import { QUANTIZED_STORAGE, type QuantizedStorage } from "../../kernels/shared/quantized-storage.ts";
import type { QuantizedFormat } from "../../kernels/shared/weight-format.ts";
import type { Weight, WeightSource } from "../../runtime/graph/weight.ts";

export { winogradWeight } from "../../kernels/winograd-weight.ts";

/** The weight of a product, which may be quantised. */
export interface PackedWeight extends Weight {
  readonly quantized?: QuantizedStorage | undefined;
}

/** `Σ x xᵀ` of the inputs of weights, by the weights' labels; each as `momentBlocks` says. */
export type Moments = ReadonlyMap<string, Float32Array>;

/** How the weights of a model are quantised. */
export interface Quantization {
  /** The coarsest that any weight is. */
  readonly format: QuantizedFormat;
  /** Whether the checkpoint has them so, as {@link quantizedTensors}, or they are quantised while they load. */
  readonly stored: boolean;
  /** Of weights that are to be rounded by what they meet. */
  readonly moments?: Moments | undefined;
}

/** A packed weight, and how it is made. */
export interface FloatWeight extends Weight {
  readonly make: (...sources: Float32Array[]) => Float32Array;
}

/** The same weight quantised: the same bytes on the GPU, whether it is quantised now or was ahead. */
export function quantizedWeight(
  weight: FloatWeight,
  format: QuantizedFormat,
  { stored, moments }: Quantization,
): PackedWeight {
  const { label, shape, make } = weight;
  const [rows, columns] = shape as [number, number];
  const quantized: PackedWeight = {
    label,
    ...QUANTIZED_STORAGE[format].specOf([rows, columns]),
    quantized: QUANTIZED_STORAGE[format],
    sources: weight.sources,
  };
  if (stored) return { ...quantized, sources: quantizedTensors(label, format, rows, columns) };
  return {
    ...quantized,
    make: (...sources) => quantize(format, make(...sources), columns, label, moments?.get(label)),
  };
}

/** The parts of a quantised weight as tensors of a checkpoint; their bytes one behind the other are the weight. */
export function quantizedTensors(
  label: string,
  format: QuantizedFormat,
  rows: number,
  columns: number,
): Required<WeightSource>[] {
  const blocks = [rows / 4, columns / 4];
  const name = `${label}.${format}`;
  return [
    format === "q8"
      ? { name: `${name}.codes`, dtype: "I8", shape: [...blocks, 4, 4] }
      : { name: `${name}.codes`, dtype: "U8", shape: [...blocks, 2, 4] },
    { name: `${name}.scales`, dtype: "F32", shape: [columns] },
    {
      name: `${name}.factors`,
      dtype: format === "q8" ? "F16" : "I8",
      shape: [Math.ceil(rows / GROUP[format]), columns],
    },
  ];
}
