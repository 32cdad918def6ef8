import { MemoryError } from "../errors.ts";
import type { InputData } from "../graph/graph.ts";
import { megabytes } from "../megabytes.ts";
import { lossOf } from "./device-loss.ts";
import { gpuObjects, makeBuffer } from "./gpu-objects.ts";

/**
 * A buffer, or an error where memory ran out.
 * @throws MemoryError if the device has not that much memory, DeviceLostError if it is lost
 */
export async function createBuffer(
  device: GPUDevice,
  label: string,
  size: number,
  usage: GPUBufferUsageFlags,
): Promise<GPUBuffer> {
  lossOf(device).throwIfAborted();
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const buffer = makeBuffer(device, { label, size, usage });
  const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  // A size above the device's limit is a validation error, but it too means that there is not enough memory.
  const error = errors.find((e) => e !== null);
  if (!error) return buffer;
  buffer.destroy();
  const { bufferBytes: allocated } = gpuObjects(device);
  throw new MemoryError(
    `GPU memory: want ${megabytes(size)} for ${label} beside ${megabytes(allocated)}, got: ${error.message}. ` +
      "Close other tabs, or use a smaller picture or model.",
    { allocated },
  );
}

/** Queues a copy of `data` to the buffer's start. */
export function writeBuffer(device: GPUDevice, buffer: GPUBuffer, data: InputData): void {
  device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
}
