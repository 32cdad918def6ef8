import { NumberError } from "../errors.ts";

/** Largest number of f16. */
const LARGEST_F16 = 65504;

/**
 * Looks for NaN and infinity: a ReLU or a softmax behind a weight may hide them, and the answer then looks like any other.
 * @throws NumberError that names the tensor and the first number that is wrong
 */
export function checkFinite(tensor: string, values: Float32Array): void {
  // NaN and infinity, times 0, are NaN, which no sum loses.
  let [a, b, c, d] = [0, 0, 0, 0];
  const { length } = values;
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += 0 * values[i]!;
    b += 0 * values[i + 1]!;
    c += 0 * values[i + 2]!;
    d += 0 * values[i + 3]!;
  }
  for (let i = whole; i < length; i++) a += 0 * values[i]!;
  if (a + b + c + d === 0) return;
  const first = values.findIndex((value) => !Number.isFinite(value));
  throw new NumberError(
    `weights: want finite numbers, got ${values[first]} at [${first}] of "${tensor}". Download the file again, or ask its author.`,
  );
}

/**
 * Looks for numbers that are no more once a weight is stored.
 * @throws NumberError that names the weight
 */
export function checkFitsF16(weight: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value <= LARGEST_F16 && value >= -LARGEST_F16) continue;
    const got = `got ${value.toExponential(1)} in '${weight}'`;
    throw new NumberError(
      `weights: want numbers up to ${LARGEST_F16}, f16's largest, ${got}. Load the model with dtype f32.`,
    );
  }
}
