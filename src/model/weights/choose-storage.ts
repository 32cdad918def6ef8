import { isQuantized, type QuantizedFormat, type WeightFormat } from "../../kernels/shared/weight-format.ts";
import type { Checkpoint } from "../../runtime/checkpoints/checkpoint.ts";
import { FileError, UsageError } from "../../runtime/errors.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import { quote } from "../../runtime/quote.ts";
import type { Quantization } from "./quantized-weight.ts";

/** How a model lies in memory. */
export interface Storage {
  /** Of activations, and of weights that are not quantised. */
  readonly precision: Precision;
  readonly quantization?: Quantization | undefined;
}

/** Keys of a checkpoint's metadata that say that its weights are quantised. */
const VERSION_KEY = "dpt-webgpu.quantized";
const FORMAT_KEY = "dpt-webgpu.dtype";

/** Of the layouts that `quantizedTensors` and `QuantizedLayout` describe. */
const VERSION: Readonly<Record<QuantizedFormat, string>> = { q8: "2", q4: "3" };

/** Metadata of a checkpoint that is quantised ahead. */
export function quantizedMetadata(format: QuantizedFormat): Readonly<Record<string, string>> {
  return { [VERSION_KEY]: VERSION[format], [FORMAT_KEY]: format };
}

/**
 * How to store a model: as was asked; if nothing was, in f32, or as a checkpoint that is quantised already has it.
 * @throws FileError for a checkpoint quantised in a way that is unknown, UsageError if it is not as was asked
 */
export function chooseStorage(
  { files, metadata }: Pick<Checkpoint, "files" | "metadata">,
  dtype: WeightFormat | undefined,
): Storage {
  const stored = storedFormat(files.join(), metadata);
  if (!stored) {
    if (dtype === undefined || !isQuantized(dtype)) return { precision: dtype ?? "f32" };
    return { precision: "f32", quantization: { format: dtype, stored: false } };
  }
  if (dtype !== undefined && dtype !== stored) {
    const want = `want ${stored}, in which the checkpoint is quantised`;
    throw new UsageError(`dtype: ${want}, got ${dtype}. Leave dtype out, or load the original.`);
  }
  return { precision: "f32", quantization: { format: stored, stored: true } };
}

function storedFormat(where: string, metadata: ReadonlyMap<string, string>): QuantizedFormat | undefined {
  const version = metadata.get(VERSION_KEY);
  if (version === undefined) return undefined;
  const format = metadata.get(FORMAT_KEY);
  if ((format === "q8" || format === "q4") && version === VERSION[format]) return format;
  const want = `want weights quantised to q8 in version ${VERSION.q8} or to q4 in version ${VERSION.q4}`;
  throw new FileError(
    `${where}: ${want}, got ${quote(format)} in ${quote(version)}. ` +
      "Quantise the original again, or update dpt-webgpu.",
  );
}
