import { MachineError } from "./errors.ts";
import type { InputData } from "./graph.ts";

/**
 * A buffer, or an error where memory ran out.
 * @throws MachineError if the device has not that much memory
 */
export async function createBuffer(
  device: GPUDevice,
  label: string,
  size: number,
  usage: GPUBufferUsageFlags,
): Promise<GPUBuffer> {
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const buffer = device.createBuffer({ label, size, usage });
  const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = errors.find((e) => e !== null);
  if (!error) return buffer;
  buffer.destroy();
  const megabytes = (size / 1e6).toFixed(1);
  throw new MachineError(
    `GPU memory: want ${megabytes} MB for ${label}, got: ${error.message}. Close other tabs, or use a smaller picture or model.`,
  );
}

/** Queues a copy of `data` to the buffer's start. */
export function writeBuffer(device: GPUDevice, buffer: GPUBuffer, data: InputData): void {
  device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
}
