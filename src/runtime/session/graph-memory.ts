import { createBuffer, writeBuffer } from "../device/gpu-buffer.ts";
import { InternalError } from "../errors.ts";
import type { Graph, Tensor } from "../graph/graph.ts";
import { planMemory } from "../graph/memory-plan.ts";
import { byteLength } from "../graph/tensor.ts";
import type { WeightStore } from "./weight-store.ts";

/** The buffers of a graph beside its weights. */
export class GraphMemory {
  readonly #owned: GPUBuffer[] = [];
  readonly #byTensor = new Map<number, GPUBuffer>();
  readonly #slots: GPUBuffer[] = [];
  readonly #slotOf: ReadonlyMap<number, number>;
  /** Where each output is read back. */
  readonly staging = new Map<string, GPUBuffer>();

  private constructor(slotOf: ReadonlyMap<number, number>) {
    this.#slotOf = slotOf;
  }

  /**
   * Allocates what the memory plan says, and uploads constants.
   * @throws MemoryError, DeviceLostError; nothing stays allocated then
   */
  static async allocate(device: GPUDevice, graph: Graph, weights: WeightStore | undefined): Promise<GraphMemory> {
    const plan = planMemory(graph);
    const memory = new GraphMemory(plan.slotOf);
    try {
      await memory.#allocate(device, graph, plan.slots, weights);
      return memory;
    } catch (error) {
      memory.dispose();
      throw error;
    }
  }

  async #allocate(device: GPUDevice, graph: Graph, slots: readonly number[], weights: WeightStore | undefined) {
    const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
    const own = async (label: string, size: number, usage: GPUBufferUsageFlags) => {
      const buffer = await createBuffer(device, label, size, usage);
      this.#owned.push(buffer);
      return buffer;
    };
    for (const [i, bytes] of slots.entries()) {
      this.#slots.push(await own(`activations ${i}`, bytes, STORAGE | COPY_SRC | COPY_DST));
    }
    for (const tensor of [...graph.inputs.values(), ...graph.constants.keys()]) {
      this.#byTensor.set(tensor.id, await own(tensor.label, byteLength(tensor), STORAGE | COPY_DST | COPY_SRC));
    }
    for (const [weight, tensor] of graph.weights) this.#byTensor.set(tensor.id, weights!.buffer(weight));
    for (const [tensor, data] of graph.constants) writeBuffer(device, this.bufferOf(tensor), data);
    for (const [name, tensor] of graph.outputs) {
      this.staging.set(name, await own(`${name} read back`, byteLength(tensor), COPY_DST | MAP_READ));
    }
  }

  bufferOf({ id, label }: Tensor): GPUBuffer {
    const buffer = this.#byTensor.get(id) ?? this.#slots[this.#slotOf.get(id) ?? -1];
    if (!buffer) throw new InternalError(`session: want a buffer for ${label}, got none. Report this.`);
    return buffer;
  }

  get bytes(): number {
    return this.#owned.reduce((sum, { size }) => sum + size, 0);
  }

  dispose(): void {
    for (const buffer of this.#owned) buffer.destroy();
  }
}
