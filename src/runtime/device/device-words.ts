import { lossOf } from "./device-loss.ts";
import { makeBuffer } from "./gpu-objects.ts";
import { guardErrors } from "./guard-errors.ts";

/** 32-bit words in a buffer of the device. */
export class DeviceWords {
  readonly #device: GPUDevice;
  readonly #buffer: GPUBuffer;
  readonly #count: number;

  /** @param buffer with the usage `COPY_SRC`; it belongs to these words from now on */
  constructor(device: GPUDevice, buffer: GPUBuffer, count: number) {
    this.#device = device;
    this.#buffer = buffer;
    this.#count = count;
  }

  /**
   * Records a copy to the start of a buffer of the same device.
   * @throws DeviceLostError if that is lost: the buffer is another one's
   */
  copyTo(encoder: GPUCommandEncoder, buffer: GPUBuffer): void {
    lossOf(this.#device).throwIfAborted();
    encoder.copyBufferToBuffer(this.#buffer, 0, buffer, 0, 4 * this.#count);
  }

  /** @throws MachineError if the device is lost or its memory runs out */
  async read(): Promise<Uint32Array> {
    const { COPY_DST, MAP_READ } = GPUBufferUsage;
    const size = 4 * this.#count;
    let staging: GPUBuffer;
    const submit = () => {
      staging = makeBuffer(this.#device, { label: "words read back", size, usage: COPY_DST | MAP_READ });
      const encoder = this.#device.createCommandEncoder({ label: "words read back" });
      this.copyTo(encoder, staging);
      this.#device.queue.submit([encoder.finish()]);
    };
    try {
      return await guardErrors(this.#device, "read back", submit, async () => {
        await staging.mapAsync(GPUMapMode.READ);
        return new Uint32Array(staging.getMappedRange().slice(0));
      });
    } finally {
      staging!.destroy();
    }
  }

  /** Frees the buffer; work that is queued ends with it. */
  dispose(): void {
    this.#buffer.destroy();
  }
}
