import { type Coefficients, coefficientsOf, filterRows, NEAREST, type Resample } from "./shared/antialias.ts";

/** A weight, and its rounding, has to fit in 16 bits with a sign. */
const PAST_INT16 = 2 ** 15;
const MOST_BITS = 22;

/**
 * The coefficients of torchvision's `resize(antialias=True)` on tensors of bytes on a CPU: the filters of Pillow (bicubic with
 * a = -0.5) with weights of 16 bits, as many of them for the fraction as the largest weight of the line leaves
 * (`compute_index_ranges_int16_weights` of torch's UpSampleKernel.cpp). The sums are integers and each pass rounds to bytes, as
 * Pillow's, so that both come out to the bit from the same kernel. Nearest is torch's `nearest-exact`, in float32. torchvision
 * has no other filter than these three.
 */
export function torchvisionCoefficients(inSize: number, outSize: number, resample: Resample): Coefficients {
  if (resample === NEAREST) return coefficientsOf(inSize, nearestRows(inSize, outSize), MOST_BITS);
  const rows = filterRows(inSize, outSize, resample);
  const largest = rows.reduce((most, { weights }) => Math.max(most, ...weights), 0);
  let bits = 0;
  while (bits < MOST_BITS && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < PAST_INT16) bits++;
  return coefficientsOf(inSize, rows, bits);
}

function nearestRows(inSize: number, outSize: number) {
  const scale = Math.fround(Math.fround(inSize) / Math.fround(outSize));
  return Array.from({ length: outSize }, (_, i) => {
    return { first: Math.min(inSize - 1, Math.floor(Math.fround((i + 0.5) * scale))), weights: [1] };
  });
}
