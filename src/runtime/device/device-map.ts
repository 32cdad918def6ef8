import { InternalError, MachineError, UsageError } from "../errors.ts";
import { createBuffer } from "./gpu-buffer.ts";
import { makeTexture } from "./gpu-objects.ts";
import { guardErrors } from "./guard-errors.ts";

/** A number for each pixel. */
export interface MapShape {
  readonly width: number;
  readonly height: number;
  readonly dtype: "u8" | "u16" | "f32";
}

/** Where a map lies. */
export type MapKind = "buffer" | "texture";

/** Makes room for a map on a device. @throws MachineError if memory runs out or a texture cannot be so large */
export type MapRoom = (device: GPUDevice, label: string) => Promise<DeviceMap>;

const BYTES = { u8: 1, u16: 2, f32: 4 } as const;
const FORMATS = { u8: "r8uint", u16: "r16uint", f32: "r32float" } as const;

/** Bytes between the rows of a texture's copy: a multiple of 256. */
function alignedRow({ width, dtype }: MapShape): number {
  return Math.ceil((BYTES[dtype] * width) / 256) * 256;
}

/** A map on the device, which belongs to whoever asked for it. */
export class DeviceMap {
  readonly #device: GPUDevice;
  readonly #shape: MapShape;
  readonly #held: GPUBuffer | GPUTexture;
  #isDisposed = false;

  private constructor(device: GPUDevice, shape: MapShape, held: GPUBuffer | GPUTexture) {
    this.#device = device;
    this.#shape = shape;
    this.#held = held;
  }

  /** Asks for room for maps of a kind and a shape. */
  static room(kind: MapKind, shape: MapShape): MapRoom {
    return (device, label) => DeviceMap.#allocate(device, label, kind, shape);
  }

  /**
   * A buffer with its numbers row by row without gaps, or a texture r8uint, r16uint or r32float.
   * @throws MachineError if memory runs out or a texture cannot be so large
   */
  static async #allocate(device: GPUDevice, label: string, kind: MapKind, shape: MapShape): Promise<DeviceMap> {
    const { width, height, dtype } = shape;
    if (kind === "buffer") {
      const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
      const bytes = wholeWords(height * BYTES[dtype] * width);
      return new DeviceMap(device, shape, await createBuffer(device, label, bytes, STORAGE | COPY_SRC | COPY_DST));
    }
    const largest = device.limits.maxTextureDimension2D;
    if (Math.max(width, height) > largest) {
      const got = `got ${width}x${height}`;
      throw new MachineError(`output: want a picture of at most ${largest} pixels a side, ${got}. Take a buffer.`);
    }
    let texture: GPUTexture;
    const create = () => {
      const { TEXTURE_BINDING, COPY_SRC, COPY_DST } = GPUTextureUsage;
      const usage = TEXTURE_BINDING | COPY_SRC | COPY_DST;
      texture = makeTexture(device, { label, size: [width, height], format: FORMATS[dtype], usage });
    };
    await guardErrors(device, "output", create, async () => {});
    return new DeviceMap(device, shape, texture!);
  }

  get buffer(): GPUBuffer | undefined {
    return "createView" in this.#held ? undefined : this.#held;
  }

  get texture(): GPUTexture | undefined {
    return "createView" in this.#held ? this.#held : undefined;
  }

  /** Records a copy of a map of this shape; for a texture its rows begin at multiples of 256 bytes. */
  copyFrom(encoder: GPUCommandEncoder, buffer: GPUBuffer): void {
    const { width, height } = this.#shape;
    if ("createView" in this.#held) {
      const from = { buffer, bytesPerRow: alignedRow(this.#shape) };
      encoder.copyBufferToTexture(from, { texture: this.#held }, [width, height]);
    } else {
      encoder.copyBufferToBuffer(buffer, 0, this.#held, 0, this.#held.size);
    }
  }

  /** Bytes of the numbers, row by row without gaps, filled up to whole words. @throws UsageError if it is disposed of until then */
  async read(): Promise<ArrayBuffer> {
    if (this.#isDisposed) throw disposedError();
    const { width, height, dtype } = this.#shape;
    const row = BYTES[dtype] * width;
    const pitch = this.texture ? alignedRow(this.#shape) : row;
    const size = wholeWords(height * pitch);
    const { COPY_DST, MAP_READ } = GPUBufferUsage;
    const staging = await createBuffer(this.#device, "result read back", size, COPY_DST | MAP_READ);
    const submit = () => {
      const encoder = this.#device.createCommandEncoder({ label: "result read back" });
      if ("createView" in this.#held) {
        const to = { buffer: staging, bytesPerRow: pitch };
        encoder.copyTextureToBuffer({ texture: this.#held }, to, [width, height]);
      } else {
        encoder.copyBufferToBuffer(this.#held, 0, staging, 0, size);
      }
      this.#device.queue.submit([encoder.finish()]);
    };
    try {
      const bytes = await guardErrors(this.#device, "read", submit, async () => {
        await staging.mapAsync(GPUMapMode.READ);
        return staging.getMappedRange().slice(0);
      });
      return pitch === row ? bytes : withoutGaps(new Uint8Array(bytes), height, pitch, row);
    } catch (cause) {
      // What was destroyed meanwhile, by `dispose` or by whoever has it, is no longer there to be copied.
      throw cause instanceof InternalError ? disposedError(cause) : cause;
    } finally {
      staging.destroy();
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#held.destroy();
  }
}

function disposedError(cause?: unknown): UsageError {
  return new UsageError("read: want a result in use, got one disposed. Read it before.", { cause });
}

function withoutGaps(bytes: Uint8Array, height: number, pitch: number, row: number): ArrayBuffer {
  const rows = new Uint8Array(wholeWords(height * row));
  for (let y = 0; y < height; y++) rows.set(bytes.subarray(y * pitch, y * pitch + row), y * row);
  return rows.buffer;
}

function wholeWords(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
