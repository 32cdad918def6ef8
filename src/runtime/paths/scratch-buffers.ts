import { createBuffer } from "../device/gpu-buffer.ts";
import { float32ToFloat16Bits } from "../floats.ts";
import { byteLength, type DType, type TensorSpec } from "../graph/tensor.ts";

/** Even, so that whole words hold whole numbers of f16, and twice a prime, so that no two rows of a matrix are alike. */
const PERIOD = 65_498;

/** Buffers by name that grow with what is asked of them, for work whose numbers do not matter. */
export class ScratchBuffers {
  readonly #device: GPUDevice;
  readonly #byName = new Map<string, GPUBuffer>();
  /** What inputs are filled with. */
  readonly #filled = new Map<GPUBuffer, DType>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * A buffer of at least this size, with whatever is in it.
   * @throws MachineError if memory runs out
   */
  async take(name: string, spec: TensorSpec): Promise<GPUBuffer> {
    const bytes = byteLength(spec);
    const known = this.#byName.get(name);
    if (known && known.size >= bytes) return known;
    known?.destroy();
    this.#byName.delete(name);
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const buffer = await createBuffer(this.#device, `scratch ${name}`, bytes, STORAGE | COPY_SRC | COPY_DST);
    this.#byName.set(name, buffer);
    return buffer;
  }

  /**
   * A buffer of small numbers of that type.
   * @throws MachineError if memory runs out
   */
  async fill(name: string, spec: TensorSpec): Promise<GPUBuffer> {
    const buffer = await this.take(name, spec);
    if (this.#filled.get(buffer) === spec.dtype) return buffer;
    const pattern = patternOf(spec.dtype);
    for (let at = 0; at < buffer.size; at += pattern.byteLength) {
      this.#device.queue.writeBuffer(buffer, at, pattern, 0, Math.min(pattern.byteLength, buffer.size - at));
    }
    this.#filled.set(buffer, spec.dtype);
    return buffer;
  }

  dispose(): void {
    for (const buffer of this.#byName.values()) buffer.destroy();
    this.#byName.clear();
  }
}

const patterns = new Map<DType, ArrayBuffer>();

function patternOf(dtype: DType): ArrayBuffer {
  const pattern = patterns.get(dtype) ?? makePattern(dtype);
  patterns.set(dtype, pattern);
  return pattern;
}

function makePattern(dtype: DType): ArrayBuffer {
  let state = 1;
  // Numerical Recipes' generator; its high bits are good.
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  if (dtype === "f32" || dtype === "f16") {
    const values = Float32Array.from({ length: PERIOD }, () => next() / 2 ** 31 - 1);
    return (dtype === "f32" ? values : float32ToFloat16Bits(values)).buffer as ArrayBuffer;
  }
  // Quantised weights are codes, f16 and f32 in one buffer of words: moderate numbers whichever way a word is read. As
  // f32 and as the high f16 it is from 0.5 to 2 in magnitude, and bit 14 is missing in the low f16, which is below 2.
  return Uint32Array.from({ length: PERIOD }, () => {
    const high = next();
    const low = next();
    return ((((high >>> 16) & 0x80ff) | 0x3f00) << 16) | ((low >>> 16) & 0xbfff);
  }).buffer;
}
