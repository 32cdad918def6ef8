import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { inFileOrder, placeOf } from "../checkpoints/file-order.ts";
import { checkSize } from "../device/device.ts";
import { lossOf } from "../device/device-loss.ts";
import { createBuffer, writeBuffer } from "../device/gpu-buffer.ts";
import { toFloat32 } from "../floats.ts";
import { freeMemory } from "../free-memory.ts";
import type { InputData } from "../graph/graph.ts";
import { byteLength } from "../graph/tensor.ts";
import { makerOf, type Weight } from "../graph/weight.ts";
import { FetchAhead } from "../sources/fetch-ahead.ts";
import { checkFinite, checkFitsF16 } from "./check-finite.ts";
import { storeFloats } from "./store-floats.ts";

export interface LoadProgress {
  /** Bytes of the checkpoint that are on the GPU. */
  readonly loaded: number;
  readonly total: number;
}

export interface LoadOptions {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The weights of one model on one device. */
export class WeightStore {
  readonly #checkpoint: Checkpoint;
  #device: GPUDevice;
  #buffers: ReadonlyMap<Weight, GPUBuffer>;

  private constructor(checkpoint: Checkpoint, device: GPUDevice, buffers: ReadonlyMap<Weight, GPUBuffer>) {
    this.#checkpoint = checkpoint;
    this.#device = device;
    this.#buffers = buffers;
  }

  /** GPU memory taken. */
  get bytes(): number {
    return [...this.#buffers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Reads, repacks and uploads the weights one after the other, in the file's order; the next is read while one is
   * repacked, so that at most two are in JS memory, beside what a distant file fetches ahead. After an error or an abort
   * nothing stays on the GPU.
   * @throws DeviceLostError, MemoryError; NumberError for weights that are not finite, or past f16; what the checkpoint throws; the signal's reason
   */
  static async load(
    device: GPUDevice,
    checkpoint: Checkpoint,
    weights: readonly Weight[],
    options: LoadOptions = {},
  ): Promise<WeightStore> {
    return new WeightStore(checkpoint, device, await loadBuffers(device, checkpoint, weights, options));
  }

  /**
   * The same weights on another device, read from the checkpoint once more; nothing is done if they are there.
   * @throws as {@link WeightStore.load}; those on the device before are gone even so
   */
  async moveTo(device: GPUDevice, options: LoadOptions = {}): Promise<void> {
    if (device === this.#device) return;
    const weights = [...this.#buffers.keys()];
    this.dispose();
    this.#buffers = await loadBuffers(device, this.#checkpoint, weights, options);
    this.#device = device;
  }

  buffer(weight: Weight): GPUBuffer {
    return this.#buffers.get(weight)!;
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
  }
}

async function loadBuffers(
  device: GPUDevice,
  checkpoint: Checkpoint,
  unordered: readonly Weight[],
  { onProgress, signal: asked }: LoadOptions,
): Promise<ReadonlyMap<Weight, GPUBuffer>> {
  const loss = lossOf(device);
  const signal = asked ? AbortSignal.any([asked, loss]) : loss;
  for (const weight of unordered) checkSize(device, weight.label, weight);
  const weights = inFileOrder(checkpoint, unordered);
  const buffers = new Map<Weight, GPUBuffer>();
  const sizes = bytesByWeight(checkpoint, weights);
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  let loaded = 0;
  const ahead = announce(checkpoint, weights, signal);
  try {
    let next = readSources(checkpoint, weights[0], signal);
    for (const [i, weight] of weights.entries()) {
      const { make, parts, isDistant } = await next;
      next = readSources(checkpoint, weights[i + 1], signal);
      // Whoever awaits it next meets its error; until then it must not count as unhandled.
      next.catch(() => {});
      signal.throwIfAborted();
      const data = make();
      buffers.set(weight, await upload(device, weight, data));
      // What was read through blocks is nobody else's.
      if (isDistant) for (const array of [data, ...parts]) freeMemory(array);
      loaded += sizes.get(weight)!;
      onProgress?.({ loaded, total });
    }
    await device.queue.onSubmittedWorkDone();
    signal.throwIfAborted();
  } catch (error) {
    for (const buffer of buffers.values()) buffer.destroy();
    throw error;
  } finally {
    ahead.stop();
  }
  return buffers;
}

/** Tells the files what is going to be read of them, in order. */
function announce({ tensors }: Checkpoint, weights: readonly Weight[], signal?: AbortSignal): FetchAhead {
  const ahead = new FetchAhead(signal);
  for (const { name } of weights.flatMap(({ sources }) => sources)) {
    const { file, begin, end } = placeOf(tensors.get(name)!);
    file.expect?.(begin, end, ahead);
  }
  return ahead;
}

/** Bytes of the checkpoint that each weight reads; a tensor that several weights read counts for the first. */
function bytesByWeight(checkpoint: Checkpoint, weights: readonly Weight[]): Map<Weight, number> {
  const counted = new Set<string>();
  return new Map(
    weights.map((weight) => {
      const fresh = weight.sources.filter(({ name }) => !counted.has(name) && counted.add(name));
      const bytes = fresh.reduce((sum, { name }) => {
        const { begin, end } = checkpoint.tensors.get(name)!;
        return sum + end - begin;
      }, 0);
      return [weight, bytes];
    }),
  );
}

interface Read {
  /** What the weight is made of. */
  readonly parts: readonly ArrayBufferView[];
  readonly make: () => InputData;
  /** Whether it came from where reads are announced. */
  readonly isDistant: boolean;
}

/** Reads what a weight is made from. */
async function readSources(
  checkpoint: Checkpoint,
  weight: Weight | undefined,
  signal: AbortSignal | undefined,
): Promise<Read> {
  if (!weight) return { parts: [], make: () => new Float32Array(0), isDistant: false };
  const isDistant = weight.sources.every(({ name }) => placeOf(checkpoint.tensors.get(name)!).file.expect);
  const { sources, dtype } = weight;
  const make = makerOf(weight, (name) => checkpoint.tensors.get(name)!.dtype);
  if (!make) {
    const parts = await Promise.all(sources.map(({ name }) => checkpoint.read(name, signal)));
    for (const [i, { name }] of sources.entries()) {
      const { dtype: stored } = checkpoint.tensors.get(name)!;
      if (stored === "F32" || stored === "F16") checkFinite(name, toFloat32(stored, parts[i]!));
    }
    return { parts, make: () => joinBytes(parts), isDistant };
  }
  const floats = await Promise.all(sources.map(({ name }) => checkpoint.readFloats(name, signal)));
  for (const [i, { name }] of sources.entries()) checkFinite(name, floats[i]!);
  const makeStored = () => {
    const made = make(...floats);
    if (!(made instanceof Float32Array)) return made;
    checkFinite(weight.label, made);
    if (dtype === "f16") checkFitsF16(weight.label, made);
    return storeFloats(made, dtype === "f16" ? "f16" : "f32");
  };
  return { parts: floats, make: makeStored, isDistant };
}

function joinBytes(parts: readonly Uint8Array[]): Uint32Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new Uint32Array(joined.buffer);
}

async function upload(device: GPUDevice, weight: Weight, data: InputData): Promise<GPUBuffer> {
  const { STORAGE, COPY_DST } = GPUBufferUsage;
  const buffer = await createBuffer(device, weight.label, byteLength(weight), STORAGE | COPY_DST);
  writeBuffer(device, buffer, data);
  return buffer;
}
