import { isQuantized, type WeightFormat } from "../../kernels/shared/weight-format.ts";
import { MemoryError } from "../../runtime/errors.ts";
import { byteLength } from "../../runtime/graph/tensor.ts";
import { megabytes } from "../../runtime/megabytes.ts";
import type { FittingOptions, LoadedWeights, Way, WayOf } from "./load-fitting.ts";

interface SmallerOptions extends Pick<FittingOptions, "dtype" | "convolution" | "onNotice"> {
  /** Whether the adapter has f16. */
  readonly hasHalf: boolean;
  readonly wayOf: WayOf;
  /** @throws MemoryError if memory is too small */
  readonly load: (way: Way) => Promise<LoadedWeights>;
}

/**
 * Loads weights for which memory was too small: as they were asked for, for direct convolutions, in f16, in q8, whatever takes
 * less and is not against what the caller asked.
 * @throws MemoryError if nothing fits
 */
export async function loadSmaller(
  asked: Way,
  short: MemoryError,
  { dtype, convolution, onNotice, hasHalf, wayOf, load }: SmallerOptions,
): Promise<LoadedWeights> {
  const smaller = (format: WeightFormat | undefined) => {
    // Winograd's weights are larger, except where they are quantised.
    const isLarger = format === undefined || !isQuantized(format);
    return wayOf(format, isLarger ? (convolution ?? "direct") : convolution);
  };
  const isOpen = dtype === undefined && !asked.storage.quantization;
  const half: readonly WeightFormat[] = hasHalf ? ["f16"] : [];
  let [way, error] = [asked, short];
  for (const format of isOpen ? [dtype, ...half, "q8" as const] : [dtype]) {
    const next = await smaller(format);
    const bytes = bytesOf(next);
    if (bytes >= bytesOf(way)) continue;
    onNotice?.(`${shortOf(way, error)}. They are tried again in ${megabytes(bytes)}, stored as ${nameOf(next)}.`);
    way = next;
    try {
      return await load(way);
    } catch (cause) {
      if (!(cause instanceof MemoryError)) throw cause;
      error = cause;
    }
  }
  const formats = asked.storage.quantization?.stored ? [] : ([...half, "q8", "q4"] as const);
  const others = await Promise.all(formats.map(smaller));
  const fewer = others
    .filter((other) => bytesOf(other) < bytesOf(way))
    .map((other) => `${nameOf(other)} (${megabytes(bytesOf(other))})`);
  const help = fewer.length > 0 ? `Load it with dtype ${fewer.join(" or ")}, c` : "C";
  throw new MemoryError(`${shortOf(way, error)}. ${help}lose other tabs, or take a smaller model or another adapter.`, {
    allocated: error.allocated,
    cause: error,
  });
}

const bytesOf = ({ weights }: Way) => weights.leaves.reduce((sum, leaf) => sum + byteLength(leaf), 0);
const nameOf = ({ storage: { quantization, precision } }: Way) => quantization?.format ?? precision;

function shortOf(way: Way, { allocated, message }: MemoryError): string {
  const got = allocated === undefined ? `got: ${message}` : `got no more than ${megabytes(allocated)}`;
  return `GPU memory: want ${megabytes(bytesOf(way))} for the weights in ${nameOf(way)}, ${got}`;
}
