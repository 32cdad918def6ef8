import { type DptError, InternalError, MachineError } from "./errors.ts";

const FILTERS: readonly GPUErrorFilter[] = ["out-of-memory", "internal", "validation"];

/**
 * Runs commands on a device so that none of its errors passes unheard: WebGPU goes on after an error, and its answer is
 * then whatever was in memory.
 *
 * @param submit queues the work
 * @param wait waits for its answer
 * @throws MachineError if the device is lost or its memory runs out, InternalError if the commands are not valid
 */
export async function guardErrors<Result>(
  device: GPUDevice,
  where: string,
  submit: () => void,
  wait: () => Promise<Result>,
): Promise<Result> {
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
    throw (await lostError(device, where, cause)) ?? cause;
  }
}

function describeError(where: string, error: GPUError): DptError {
  if (error instanceof GPUValidationError) {
    return new InternalError(`${where}: want commands that WebGPU accepts, got: ${error.message}. Report this.`);
  }
  return new MachineError(
    `${where}: want memory for one picture, got: ${error.message}. Close other tabs or use a smaller picture.`,
  );
}

/** The error to throw if the device is lost; a lost device makes every other error a consequence. */
async function lostError(device: GPUDevice, where: string, cause: unknown): Promise<MachineError | undefined> {
  const lost = await Promise.race([device.lost, new Promise<undefined>((resolve) => setTimeout(resolve))]);
  if (!lost) return undefined;
  const got = `got it lost (${lost.reason}${lost.message ? `: ${lost.message}` : ""})`;
  return new MachineError(`${where}: want a working GPU device, ${got}. Load the model again.`, { cause });
}
