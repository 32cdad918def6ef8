import { MemoryError, UsageError } from "../../runtime/errors.ts";
import { megabytes } from "../../runtime/megabytes.ts";
import type { AnswerContext } from "../answers/answer-context.ts";
import type { Question } from "../answers/answer-pictures.ts";
import { networkSize } from "../pictures/network-size.ts";
import type { Size } from "../pictures/processor.ts";
import { processorOf } from "../runs/job.ts";
import { jobOf } from "../runs/job-of.ts";

/** The largest size is told to within this factor of its sides. */
const PRECISION = 1.05;

/**
 * The error for a picture that memory is too small for, with a size for the network that takes less: the largest in its
 * proportions of which no tensor is larger than a buffer may be; or half the size, if that was no hindrance.
 * @param picture what the network sees at once
 */
export function withSizeAdvice(
  { runner, model }: AnswerContext,
  { width, height }: Size,
  { call, tasks, size, resize }: Pick<Question, "call" | "tasks" | "size" | "resize">,
  error: MemoryError,
): MemoryError {
  const picture = { width, height };
  const { patch } = model.config.backbone;
  const whole = networkSize(processorOf(model), picture, size);
  const shrunk = (scale: number): Size => {
    const side = (pixels: number) => Math.max(patch, Math.floor((scale * pixels) / patch) * patch);
    return { width: side(whole.width), height: side(whole.height) };
  };
  const bytesAt = (scale: number) =>
    ifItFits(() => runner.plannedBytes(jobOf(model, { picture, tasks, size: shrunk(scale), resize })));
  const smallest = patch / Math.max(whole.width, whole.height);
  const scale = bytesAt(1) === undefined ? largestScale(smallest, (some) => bytesAt(some) !== undefined) : 0.5;
  const bytes = bytesAt(scale);
  const smaller = shrunk(scale);
  const advice =
    bytes === undefined
      ? "Use a smaller picture"
      : `Give size: { width: ${smaller.width}, height: ${smaller.height} }, which takes ${megabytes(bytes)}`;
  return new MemoryError(`${call}: ${error.message} ${advice}; or load the model with a smaller dtype.`, {
    allocated: error.allocated,
    cause: error,
  });
}

/** The largest from `least` to 1 that fits, given that 1 does not; `least`, if nothing does. */
function largestScale(least: number, doesFit: (scale: number) => boolean): number {
  let [fits, fails] = [least, 1];
  while (fails / fits > PRECISION) {
    const middle = Math.sqrt(fits * fails);
    if (doesFit(middle)) fits = middle;
    else fails = middle;
  }
  return fits;
}

/** @returns `undefined` for a size that the device or the network does not take */
export function ifItFits(bytesOf: () => number): number | undefined {
  try {
    return bytesOf();
  } catch (error) {
    if (error instanceof MemoryError || error instanceof UsageError) return undefined;
    throw error;
  }
}
