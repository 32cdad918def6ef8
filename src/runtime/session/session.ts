import { checkLimits } from "../device/device.ts";
import { unlessLost } from "../device/device-loss.ts";
import type { DeviceMap, MapRoom } from "../device/device-map.ts";
import { DeviceWords } from "../device/device-words.ts";
import { writeBuffer } from "../device/gpu-buffer.ts";
import { guardErrors } from "../device/guard-errors.ts";
import type { Pipelines } from "../device/pipelines.ts";
import type { KernelTime, TimestampRecorder } from "../device/profiler.ts";
import { MachineError } from "../errors.ts";
import { dispatchBytes, type Graph, type InputData } from "../graph/graph.ts";
import { planMemory } from "../graph/memory-plan.ts";
import { byteLength } from "../graph/tensor.ts";
import { loadPart } from "../load-part.ts";
import { type Step, StepRunner } from "../submits/step-runner.ts";
import { GraphMemory } from "./graph-memory.ts";
import type { WeightStore } from "./weight-store.ts";

export interface SessionOptions {
  /** Called with the pipelines that are ready, and how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Milliseconds that a submit may take; 1000 if left out where the CPU does the work, and 100 elsewhere. */
  readonly budget?: number | undefined;
}

export interface RunOptions {
  /** Whether to measure each dispatch. */
  readonly profile?: boolean | undefined;
  /** Looked at between submits. */
  readonly signal?: AbortSignal | undefined;
}

/** What a run is given, in memory or on its device. */
export type RunInputs = Readonly<Record<string, InputData | DeviceWords>>;

export interface RunResult {
  /** Bytes of each output. */
  readonly outputs: ReadonlyMap<string, ArrayBuffer>;
  /** Seconds of each submit, by the clock of the CPU. */
  readonly submits: readonly number[];
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
  readonly #memory: GraphMemory;
  readonly #runner: StepRunner;
  readonly #free: () => void;

  private constructor(device: GPUDevice, graph: Graph, memory: GraphMemory, runner: StepRunner, free: () => void) {
    this.#device = device;
    this.#graph = graph;
    this.#memory = memory;
    this.#runner = runner;
    this.#free = free;
  }

  /** GPU memory taken beside the weights. */
  get bytes(): number {
    return this.#memory.bytes + this.#runner.bytes;
  }

  /**
   * Compiles every kernel at once, without blocking, and allocates what the memory plan says.
   * @param weights may be left out for a graph that has none
   * @throws MachineError if a limit is too small, MemoryError if the memory is, DeviceLostError; nothing stays allocated
   *   then
   */
  static async compile(
    device: GPUDevice,
    pipelines: Pipelines,
    graph: Graph,
    weights: WeightStore | undefined,
    { onProgress, budget }: SessionOptions = {},
  ): Promise<Session> {
    checkLimits(device, graph);
    const kernels = graph.dispatches.map(({ kernel }) => kernel);
    const release = () => {
      for (const kernel of kernels) pipelines.release(kernel);
    };
    // Before the texts are compiled, which takes long: where memory is too small, all this is tried again.
    let memory: GraphMemory | undefined;
    let acquired: Promise<GPUComputePipeline>[] | undefined;
    try {
      const allocated = await GraphMemory.allocate(device, graph, weights);
      memory = allocated;
      const total = new Set(kernels.map(({ code }) => code)).size;
      const ready = new Set<string>();
      acquired = kernels.map(async (kernel) => {
        const pipeline = await pipelines.acquire(kernel);
        if (!ready.has(kernel.code)) onProgress?.(ready.add(kernel.code).size, total);
        return pipeline;
      });
      const compiled = await unlessLost(device, Promise.all(acquired));
      const steps = graph.dispatches.map((dispatch, i): Step => {
        const pipeline = compiled[i]!;
        const entries = [...dispatch.inputs, dispatch.output].map((tensor, binding) => ({
          binding,
          resource: { buffer: allocated.bufferOf(tensor), size: byteLength(tensor) },
        }));
        const layout = pipeline.getBindGroupLayout(0);
        const bindings = device.createBindGroup({ label: dispatch.kernel.label, layout, entries });
        return { ...dispatch, pipeline, entries, bindings };
      });
      return new Session(device, graph, allocated, new StepRunner(device, pipelines, steps, budget), release);
    } catch (error) {
      memory?.dispose();
      if (acquired) release();
      throw error;
    }
  }

  /**
   * One forward pass, in as many submits as keep each of them short.
   * @param inputs what each input of the graph holds, by name
   * @throws DeviceLostError; MemoryError if its memory runs out; MachineError if times are asked for where the device tells
   *   none; the signal's reason
   */
  async run(inputs: RunInputs, { profile = false, signal }: RunOptions = {}): Promise<RunResult> {
    const device = this.#device;
    if (profile && !device.features.has("timestamp-query")) {
      throw new MachineError("profile: want the feature timestamp-query, got an adapter without it. Run unprofiled.");
    }
    const profiler = profile ? await loadPart(import("../device/profiler.ts")) : undefined;
    const recorder = profiler && new profiler.TimestampRecorder(device, this.#graph.dispatches.length);
    const copy = () => {
      const encoder = device.createCommandEncoder({ label: "read back" });
      for (const [name, tensor] of this.#graph.outputs) {
        const staging = this.#memory.staging.get(name)!;
        encoder.copyBufferToBuffer(this.#memory.bufferOf(tensor), 0, staging, 0, byteLength(tensor));
      }
      recorder?.resolve(encoder);
      device.queue.submit([encoder.finish()]);
    };
    try {
      const submits = await this.#runner.run((encoder) => this.#write(inputs, encoder), { recorder, signal });
      return { submits, ...(await guardErrors(device, "run", copy, () => this.#readBack(recorder))) };
    } finally {
      recorder?.dispose();
    }
  }

  /**
   * One forward pass whose answer stays on the device, in memory of its own; it is not waited for.
   * @param room for an output of the graph
   * @throws as {@link Session.run}
   */
  async keep(inputs: RunInputs, output: string, room: MapRoom): Promise<DeviceMap> {
    const device = this.#device;
    const map = await room(device, output);
    const copy = () => {
      const encoder = device.createCommandEncoder({ label: output });
      map.copyFrom(encoder, this.#memory.bufferOf(this.#graph.outputs.get(output)!));
      device.queue.submit([encoder.finish()]);
    };
    try {
      await this.#runner.run((encoder) => this.#write(inputs, encoder), { isAwaited: false });
      await guardErrors(device, "run", copy, async () => {});
      return map;
    } catch (error) {
      map.dispose();
      throw error;
    }
  }

  /** Writes what goes up, and records what that takes. */
  #write(inputs: RunInputs, encoder: GPUCommandEncoder): void {
    for (const [name, tensor] of this.#graph.inputs) {
      const [input, buffer] = [inputs[name]!, this.#memory.bufferOf(tensor)];
      if (input instanceof DeviceWords) input.copyTo(encoder, buffer);
      else writeBuffer(this.#device, buffer, input);
    }
  }

  async #readBack(recorder: TimestampRecorder | undefined): Promise<Omit<RunResult, "submits">> {
    const outputs = new Map<string, ArrayBuffer>();
    for (const [name, buffer] of this.#memory.staging) {
      await buffer.mapAsync(GPUMapMode.READ);
      try {
        outputs.set(name, buffer.getMappedRange().slice(0));
      } finally {
        buffer.unmap();
      }
    }
    if (!recorder) return { outputs };
    const seconds = await recorder.read();
    const times = this.#graph.dispatches.map((dispatch, i) => ({
      part: dispatch.part,
      label: dispatch.kernel.label,
      seconds: seconds[i]!,
      flops: dispatch.kernel.flops,
      bytes: dispatchBytes(dispatch),
    }));
    return { outputs, times };
  }

  /** Frees the memory, and the pipelines that no other session uses. */
  dispose(): void {
    this.#runner.dispose();
    this.#memory.dispose();
    this.#free();
  }
}
