import { makeBuffer, makeQuerySet } from "./gpu-objects.ts";

/** Time of one kernel in one run. */
export interface KernelTime {
  /** The part of the model: `backbone`. */
  readonly part: string;
  readonly label: string;
  /** Seconds on the GPU. */
  readonly seconds: number;
  readonly flops: number;
  /** Bytes of its inputs and its output, each counted once. */
  readonly bytes: number;
}

/** Begin and end of every dispatch by timestamp queries; exists only while somebody profiles. */
export class TimestampRecorder {
  readonly #set: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  constructor(device: GPUDevice, dispatches: number) {
    const size = 16 * dispatches;
    this.#set = makeQuerySet(device, { label: "profiler", type: "timestamp", count: 2 * dispatches });
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    this.#resolved = makeBuffer(device, { label: "profiler", size, usage: QUERY_RESOLVE | COPY_SRC });
    this.#staging = makeBuffer(device, { label: "profiler read back", size, usage: COPY_DST | MAP_READ });
  }

  /** For the pass of dispatch `i`, or of a part of it: of its first one, its last one, or one between. */
  writes(i: number, isFirst = true, isLast = true): GPUComputePassTimestampWrites | undefined {
    if (!isFirst && !isLast) return undefined;
    return {
      querySet: this.#set,
      ...(isFirst && { beginningOfPassWriteIndex: 2 * i }),
      ...(isLast && { endOfPassWriteIndex: 2 * i + 1 }),
    };
  }

  /** Records the copy back; the last commands of the encoder. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#set, 0, this.#set.count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, this.#staging.size);
  }

  /** Seconds of each dispatch, after the submit. */
  async read(): Promise<number[]> {
    await this.#staging.mapAsync(GPUMapMode.READ);
    const stamps = new BigUint64Array(this.#staging.getMappedRange());
    // The specification lets clocks jump: a negative difference is no time at all.
    return Array.from({ length: stamps.length / 2 }, (_, i) =>
      Math.max(0, Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e9),
    );
  }

  dispose(): void {
    this.#set.destroy();
    this.#resolved.destroy();
    this.#staging.destroy();
  }
}
