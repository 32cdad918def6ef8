import { unlessLost } from "../device/device-loss.ts";
import { createBuffer, writeBuffer } from "../device/gpu-buffer.ts";
import type { Pipelines } from "../device/pipelines.ts";
import type { Kernel } from "../graph/kernel.ts";
import { cutGrid, type GridPart, movableKernel } from "./cut-kernel.ts";
import type { Step } from "./step-runner.ts";
import type { Portion } from "./submit-plan.ts";

/** A dispatch as several, one for each part of its grid. */
interface Cut {
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly parts: readonly GridPart[];
  /** Where each part begins. */
  readonly places: GPUBuffer;
  readonly placeBindings: readonly GPUBindGroup[];
}

/** The dispatches of a session that are too long for one submit, in parts. */
export class CutSteps {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #steps: readonly Step[];
  readonly #cuts = new Map<number, Cut>();

  constructor(device: GPUDevice, pipelines: Pipelines, steps: readonly Step[]) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#steps = steps;
  }

  /** GPU memory taken. */
  get bytes(): number {
    return [...this.#cuts.values()].reduce((sum, { places }) => sum + places.size, 0);
  }

  /**
   * Compiles what a portion needs, unless it is ready.
   * @throws MemoryError, DeviceLostError
   */
  async prepare({ step, part, parts }: Portion): Promise<void> {
    if (part > 0) return;
    const known = this.#cuts.get(step);
    // More parts than needed do no harm.
    if (known && known.parts.length >= parts) return;
    if (known) this.#release(step, known);
    this.#cuts.set(step, await this.#cut(this.#steps[step]!, parts));
  }

  /** The portion's share of the parts that its dispatch is cut into. */
  encode(pass: GPUComputePassEncoder, { step, part, parts: of }: Portion): void {
    const { pipeline, bindings, parts, placeBindings } = this.#cuts.get(step)!;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    const [begin, end] = [part, part + 1].map((n) => Math.round((n * parts.length) / of)) as [number, number];
    for (let i = begin; i < end; i++) {
      pass.setBindGroup(1, placeBindings[i]!);
      pass.dispatchWorkgroups(...parts[i]!.workgroups);
    }
  }

  async #cut({ kernel: whole, entries }: Step, count: number): Promise<Cut> {
    const device = this.#device;
    const kernel = movableKernel(whole);
    try {
      const pipeline = await unlessLost(device, this.#pipelines.acquire(kernel));
      const parts = cutGrid({ first: [0, 0, 0], workgroups: kernel.workgroups }, count);
      const stride = device.limits.minUniformBufferOffsetAlignment;
      const { UNIFORM, COPY_DST } = GPUBufferUsage;
      const label = `${kernel.label} in parts`;
      const places = await createBuffer(device, label, stride * parts.length, UNIFORM | COPY_DST);
      const words = new Uint32Array((stride / 4) * parts.length);
      for (const [i, { first }] of parts.entries()) words.set(first, (stride / 4) * i);
      writeBuffer(device, places, words);
      const bind = (group: number, bound: Iterable<GPUBindGroupEntry>) =>
        device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(group), entries: bound });
      const placeBindings = parts.map((_, i) =>
        bind(1, [{ binding: 0, resource: { buffer: places, offset: stride * i, size: 16 } }]),
      );
      return { kernel, pipeline, bindings: bind(0, entries), parts, places, placeBindings };
    } catch (error) {
      this.#pipelines.release(kernel);
      throw error;
    }
  }

  #release(step: number, { kernel, places }: Cut): void {
    this.#cuts.delete(step);
    places.destroy();
    this.#pipelines.release(kernel);
  }

  dispose(): void {
    for (const [step, cut] of [...this.#cuts]) this.#release(step, cut);
  }
}
