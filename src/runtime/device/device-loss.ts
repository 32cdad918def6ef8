import { DeviceLostError } from "../errors.ts";

const losses = new WeakMap<GPUDevice, AbortController>();

/** Aborts when the device is lost, with a DeviceLostError for its reason. */
export function lossOf(device: GPUDevice): AbortSignal {
  const known = losses.get(device);
  if (known) return known.signal;
  const loss = new AbortController();
  losses.set(device, loss);
  device.lost.then(({ reason, message }) => {
    const got = `got it lost (${reason}${message ? `: ${message}` : ""})`;
    const advice =
      "Call again, which begins on a new device; where you gave the device, load the model on another one.";
    loss.abort(new DeviceLostError(`GPU: want a device that works, ${got}. ${advice}`));
  });
  return loss.signal;
}

/**
 * What a task gives, unless the device is lost first: some of WebGPU's promises are kept on a lost device, with nothing
 * in them. The task itself goes on.
 * @throws DeviceLostError
 */
export async function unlessLost<Result>(device: GPUDevice, task: Promise<Result>): Promise<Result> {
  const loss = lossOf(device);
  // The one that comes second must not count as unhandled.
  task.catch(() => {});
  loss.throwIfAborted();
  let onLoss = () => {};
  const lost = new Promise<never>((_, reject) => {
    onLoss = () => reject(loss.reason);
    loss.addEventListener("abort", onLoss);
  });
  try {
    return await Promise.race([task, lost]);
  } finally {
    loss.removeEventListener("abort", onLoss);
  }
}
