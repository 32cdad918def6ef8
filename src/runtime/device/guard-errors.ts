import { type DptError, InternalError, MachineError, MemoryError } from "../errors.ts";
import { lossOf } from "./device-loss.ts";

const FILTERS: readonly GPUErrorFilter[] = ["out-of-memory", "internal", "validation"];

/** Milliseconds that a device may take to tell that it is lost, after it has broken a promise for that. */
const UNTIL_TOLD = 50;

/**
 * Runs commands on a device so that none of its errors passes unheard: WebGPU goes on after an error, and its answer is
 * then whatever was in memory.
 *
 * @param submit queues the work
 * @param wait waits for its answer
 * @throws DeviceLostError if the device is lost, MemoryError if its memory runs out, MachineError if its driver
 *   fails, InternalError if the commands are not valid
 */
export async function guardErrors<Result>(
  device: GPUDevice,
  where: string,
  submit: () => void,
  wait: () => Promise<Result>,
): Promise<Result> {
  const loss = lossOf(device);
  loss.throwIfAborted();
  for (const filter of FILTERS) device.pushErrorScope(filter);
  let heard: Promise<(GPUError | null)[]>;
  try {
    submit();
  } finally {
    heard = Promise.all(FILTERS.map(() => device.popErrorScope()));
    // Awaited below; until then a lost device must not count as an unhandled rejection.
    heard.catch(() => {});
  }
  try {
    const result = await wait();
    const error = (await heard).find((e) => e !== null);
    if (error) throw describeError(where, error);
    return result;
  } catch (cause) {
    if (!loss.aborted) await new Promise((resolve) => setTimeout(resolve, UNTIL_TOLD));
    // A lost device makes every other error a consequence.
    loss.throwIfAborted();
    throw cause;
  }
}

function describeError(where: string, error: GPUError): DptError {
  if (error instanceof GPUOutOfMemoryError) {
    return new MemoryError(
      `${where}: want memory for one picture, got: ${error.message}. Close other tabs or use a smaller picture.`,
    );
  }
  if (error instanceof GPUInternalError) {
    return new MachineError(`${where}: want the driver to run it, got: ${error.message}. Update the graphics driver.`);
  }
  return new InternalError(`${where}: want commands that WebGPU accepts, got: ${error.message}. Report this.`);
}
