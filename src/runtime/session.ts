import { checkLimits } from "./device.ts";
import { DeviceMap, type MapKind, type MapShape } from "./device-map.ts";
import { DeviceWords } from "./device-words.ts";
import { InternalError, MachineError } from "./errors.ts";
import { createBuffer, writeBuffer } from "./gpu-buffer.ts";
import type { Dispatch, Graph, InputData, Tensor } from "./graph.ts";
import { guardErrors } from "./guard-errors.ts";
import { planMemory } from "./memory-plan.ts";
import type { Pipelines } from "./pipelines.ts";
import { type KernelTime, TimestampRecorder } from "./profiler.ts";
import { byteLength } from "./tensor.ts";
import type { WeightStore } from "./weight-store.ts";

interface Step extends Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
}

/** What a run is given, in memory or on its device. */
export type RunInputs = Readonly<Record<string, InputData | DeviceWords>>;

export interface RunResult {
  /** Bytes of each output. */
  readonly outputs: ReadonlyMap<string, ArrayBuffer>;
  /** Time by dispatch, if asked for. */
  readonly times?: readonly KernelTime[];
}

/** Bytes that a graph needs on the GPU beside its weights, known before anything is allocated. */
export function plannedBytes(graph: Graph): number {
  const sum = (sizes: Iterable<number>) => [...sizes].reduce((total, bytes) => total + bytes, 0);
  const own = [...graph.inputs.values(), ...graph.constants.keys(), ...graph.outputs.values()];
  return sum(planMemory(graph).slots) + sum(own.map(byteLength));
}

/** A graph ready to run: pipelines compiled, memory allocated, bind groups made. One run at a time. */
export class Session {
  readonly #device: GPUDevice;
  readonly #graph: Graph;
  readonly #steps: readonly Step[];
  readonly #bufferOf: (tensor: Tensor) => GPUBuffer;
  readonly #staging: ReadonlyMap<string, GPUBuffer>;
  readonly #free: () => void;
  /** GPU memory taken beside the weights. */
  readonly bytes: number;

  private constructor(
    device: GPUDevice,
    graph: Graph,
    steps: readonly Step[],
    bufferOf: (tensor: Tensor) => GPUBuffer,
    staging: ReadonlyMap<string, GPUBuffer>,
    bytes: number,
    free: () => void,
  ) {
    this.#device = device;
    this.#graph = graph;
    this.#steps = steps;
    this.#bufferOf = bufferOf;
    this.#staging = staging;
    this.bytes = bytes;
    this.#free = free;
  }

  /**
   * Compiles every kernel at once, without blocking, and allocates what the memory plan says.
   * @param weights may be left out for a graph that has none
   * @param onProgress called with the pipelines that are ready, and how many there are
   * @throws MachineError if a limit or the memory is too small; nothing stays allocated then
   */
  static async compile(
    device: GPUDevice,
    pipelines: Pipelines,
    graph: Graph,
    weights: WeightStore | undefined,
    onProgress?: (done: number, total: number) => void,
  ): Promise<Session> {
    checkLimits(device, graph);
    const owned: GPUBuffer[] = [];
    const kernels = graph.dispatches.map(({ kernel }) => kernel);
    const free = () => {
      for (const buffer of owned) buffer.destroy();
      for (const kernel of kernels) pipelines.release(kernel);
    };
    try {
      const total = new Set(kernels.map(({ code }) => code)).size;
      const ready = new Set<string>();
      const compiled = await Promise.all(
        kernels.map(async (kernel) => {
          const pipeline = await pipelines.acquire(kernel);
          if (!ready.has(kernel.code)) onProgress?.(ready.add(kernel.code).size, total);
          return pipeline;
        }),
      );

      const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
      const own = async (label: string, size: number, usage: GPUBufferUsageFlags) => {
        const buffer = await createBuffer(device, label, size, usage);
        owned.push(buffer);
        return buffer;
      };
      const plan = planMemory(graph);
      const slots: GPUBuffer[] = [];
      for (const [i, bytes] of plan.slots.entries()) {
        slots.push(await own(`activations ${i}`, bytes, STORAGE | COPY_SRC | COPY_DST));
      }
      const buffers = new Map<number, GPUBuffer>();
      for (const tensor of [...graph.inputs.values(), ...graph.constants.keys()]) {
        buffers.set(tensor.id, await own(tensor.label, byteLength(tensor), STORAGE | COPY_DST | COPY_SRC));
      }
      for (const [weight, tensor] of graph.weights) buffers.set(tensor.id, weights!.buffer(weight));
      for (const [tensor, data] of graph.constants) writeBuffer(device, buffers.get(tensor.id)!, data);
      const bufferOf = ({ id, label }: Tensor) => {
        const buffer = buffers.get(id) ?? slots[plan.slotOf.get(id) ?? -1];
        if (!buffer) throw new InternalError(`session: want a buffer for ${label}, got none. Report this.`);
        return buffer;
      };
      const staging = new Map<string, GPUBuffer>();
      for (const [name, tensor] of graph.outputs) {
        staging.set(name, await own(`${name} read back`, byteLength(tensor), COPY_DST | MAP_READ));
      }
      const steps = graph.dispatches.map((dispatch, i): Step => {
        const pipeline = compiled[i]!;
        const entries = [...dispatch.inputs, dispatch.output].map((tensor, binding) => ({
          binding,
          resource: { buffer: bufferOf(tensor), size: byteLength(tensor) },
        }));
        const layout = pipeline.getBindGroupLayout(0);
        return {
          ...dispatch,
          pipeline,
          bindings: device.createBindGroup({ label: dispatch.kernel.label, layout, entries }),
        };
      });
      const bytes = owned.reduce((sum, { size }) => sum + size, 0);
      return new Session(device, graph, steps, bufferOf, staging, bytes, free);
    } catch (error) {
      free();
      throw error;
    }
  }

  /**
   * One forward pass in one submit.
   * @param inputs what each input of the graph holds, by name
   * @throws MachineError if the device is lost or its memory runs out, or if times are asked for where it tells none
   */
  async run(inputs: RunInputs, { profile = false } = {}): Promise<RunResult> {
    const device = this.#device;
    if (profile && !device.features.has("timestamp-query")) {
      throw new MachineError("profile: want the feature timestamp-query, got an adapter without it. Run unprofiled.");
    }
    const recorder = profile ? new TimestampRecorder(device, this.#steps.length) : undefined;
    const submit = () => {
      const encoder = this.#begin(inputs);
      this.#encode(encoder, recorder);
      for (const [name, tensor] of this.#graph.outputs) {
        encoder.copyBufferToBuffer(this.#bufferOf(tensor), 0, this.#staging.get(name)!, 0, byteLength(tensor));
      }
      recorder?.resolve(encoder);
      device.queue.submit([encoder.finish()]);
    };
    try {
      return await guardErrors(device, "run", submit, () => this.#readBack(recorder));
    } finally {
      recorder?.dispose();
    }
  }

  /**
   * One forward pass whose answer stays on the device, in memory of its own.
   * @returns an output of the graph, of this shape
   * @throws as {@link Session.run}
   */
  async keep(inputs: RunInputs, output: string, kind: MapKind, shape: MapShape): Promise<DeviceMap> {
    const device = this.#device;
    const map = await DeviceMap.allocate(device, output, kind, shape);
    const submit = () => {
      const encoder = this.#begin(inputs);
      this.#encode(encoder, undefined);
      map.copyFrom(encoder, this.#bufferOf(this.#graph.outputs.get(output)!));
      device.queue.submit([encoder.finish()]);
    };
    try {
      await guardErrors(device, "run", submit, async () => {});
      return map;
    } catch (error) {
      map.dispose();
      throw error;
    }
  }

  /** Commands that begin with what goes up. */
  #begin(inputs: RunInputs): GPUCommandEncoder {
    const encoder = this.#device.createCommandEncoder({ label: "forward" });
    for (const [name, tensor] of this.#graph.inputs) {
      const [input, buffer] = [inputs[name]!, this.#bufferOf(tensor)];
      if (input instanceof DeviceWords) input.copyTo(encoder, buffer);
      else writeBuffer(this.#device, buffer, input);
    }
    return encoder;
  }

  async #readBack(recorder: TimestampRecorder | undefined): Promise<RunResult> {
    const outputs = new Map<string, ArrayBuffer>();
    for (const [name, buffer] of this.#staging) {
      await buffer.mapAsync(GPUMapMode.READ);
      try {
        outputs.set(name, buffer.getMappedRange().slice(0));
      } finally {
        buffer.unmap();
      }
    }
    if (!recorder) return { outputs };
    const seconds = await recorder.read();
    const times = this.#steps.map(({ part, kernel, inputs, output }, i) => ({
      part,
      label: kernel.label,
      seconds: seconds[i]!,
      flops: kernel.flops,
      bytes: [...inputs, output].reduce((sum, tensor) => sum + byteLength(tensor), 0),
    }));
    return { outputs, times };
  }

  /** All dispatches in one pass; with a recorder each in a pass of its own, since WebGPU tells time by the pass. */
  #encode(encoder: GPUCommandEncoder, recorder: TimestampRecorder | undefined): void {
    let pass = recorder ? undefined : encoder.beginComputePass({ label: "forward" });
    for (const [i, { kernel, pipeline, bindings }] of this.#steps.entries()) {
      if (recorder) pass = encoder.beginComputePass({ label: kernel.label, timestampWrites: recorder.writes(i) });
      pass!.setPipeline(pipeline);
      pass!.setBindGroup(0, bindings);
      pass!.dispatchWorkgroups(...kernel.workgroups);
      if (recorder) pass!.end();
    }
    if (!recorder) pass!.end();
  }

  /** Frees the memory, and the pipelines that no other session uses. */
  dispose(): void {
    this.#free();
  }
}
