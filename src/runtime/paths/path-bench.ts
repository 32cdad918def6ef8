import { makeBuffer } from "../device/gpu-objects.ts";
import { guardErrors } from "../device/guard-errors.ts";
import type { Pipelines } from "../device/pipelines.ts";
import { TimestampRecorder } from "../device/profiler.ts";
import { InternalError } from "../errors.ts";
import type { Kernel, Path } from "../graph/kernel.ts";
import { byteLength, type Precision, type TensorSpec } from "../graph/tensor.ts";
import { largestDifference } from "../largest-difference.ts";
import { DispatchTimer } from "./dispatch-timer.ts";
import { ScratchBuffers } from "./scratch-buffers.ts";

/** A path's seconds, or what is wrong with it. */
export type Trial = { readonly seconds: number } | { readonly refused: string };

/**
 * Largest error that is right, over the largest value: sums of a few thousand products in another order err by about 1e-6
 * in f32, and an answer in f16 is rounded by up to 5e-4. A wrong index errs by about 1.
 */
const BOUND: Readonly<Record<Precision, number>> = { f32: 1e-4, f16: 5e-3 };

/** Seconds of work before the first is timed: GPUs raise their clocks when work comes. */
const WARM_UP = 0.05;

/** A path whose texts are compiled. */
export interface Prepared {
  readonly ready: Promise<unknown>;
  /** Lets go of them. */
  release(): void;
}

/** A path bound to scratch memory. */
interface Bound {
  encode(pass: GPUComputePassEncoder): void;
}

type Floats = TensorSpec & { readonly dtype: Precision };

/** Runs the paths of one kernel after another on numbers of its own: are they right, and how long do they take. */
export class PathBench {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #scratch: ScratchBuffers;
  readonly #timer: DispatchTimer;
  #isWarm = false;
  #kernel: Kernel | undefined;

  constructor(device: GPUDevice, pipelines: Pipelines) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#scratch = new ScratchBuffers(device);
    this.#timer = new DispatchTimer(device.features.has("timestamp-query"));
  }

  /** Whether paths of the kernel can be compared: its answer is of floating point. */
  static canTry({ output }: Kernel): boolean {
    return output.dtype === "f32" || output.dtype === "f16";
  }

  /** Compiles what a path needs, without blocking. What does not compile shows when it is tried. */
  prepare({ stages }: Path): Prepared {
    const kernels = stages.map(({ kernel }) => kernel);
    return {
      ready: Promise.allSettled(kernels.map((kernel) => this.#pipelines.acquire(kernel))),
      release: () => {
        for (const kernel of kernels) this.#pipelines.release(kernel);
      },
    };
  }

  /**
   * Compares a path with the kernel's own way, then times it. Nothing else should run on the device meanwhile.
   * @param best seconds of the fastest that is known
   * @throws MachineError if memory runs out or the device is lost
   */
  async try(kernel: Kernel, path: Path, best: number | undefined): Promise<Trial> {
    if (this.#kernel?.code !== kernel.code) await this.#runOwn(kernel);
    try {
      const bound = await this.#bind(kernel, path);
      const error = await this.#errorOf(kernel.output as Floats, bound);
      const want = BOUND[kernel.output.dtype as Precision];
      if (!(error <= want)) return { refused: `errs by ${error.toExponential(1)} of the largest value` };
      const stamped = (repeats: number) => this.#stampedSecondsOf(bound, repeats);
      const wall = (repeats: number) => this.#wallSecondsOf(bound, repeats);
      return { seconds: await this.#timer.time({ stamped, wall }, best) };
    } catch (error) {
      // A text that a compiler refuses, or commands that the device does.
      if (error instanceof InternalError) return { refused: `does not run: ${error.message.split("\n", 2).join(" ")}` };
      throw error;
    }
  }

  dispose(): void {
    this.#scratch.dispose();
  }

  /** Leaves the kernel's own answer in the scratch buffer `want`. */
  async #runOwn(kernel: Kernel): Promise<void> {
    this.#kernel = undefined;
    const own = { name: "", stages: [{ kernel, inputs: kernel.inputs.map((_, i) => i) }] };
    const { release } = this.prepare(own);
    try {
      const bound = await this.#bind(kernel, own);
      const [from, to] = [
        await this.#scratch.take("got", kernel.output),
        await this.#scratch.take("want", kernel.output),
      ];
      await this.#submit((encoder) => {
        this.#pass(encoder, bound, 1);
        encoder.copyBufferToBuffer(from, 0, to, 0, byteLength(kernel.output));
      });
      for (const began = performance.now(); !this.#isWarm; ) {
        await this.#submit((encoder) => this.#pass(encoder, bound, 1));
        this.#isWarm = performance.now() - began > 1000 * WARM_UP;
      }
    } finally {
      release();
    }
    this.#kernel = kernel;
  }

  /** Leaves a path's answer in the scratch buffer `got` when it is encoded. */
  async #bind(kernel: Kernel, { stages }: Path): Promise<Bound> {
    const tensors: GPUBuffer[] = [];
    for (const [i, spec] of kernel.inputs.entries()) tensors.push(await this.#scratch.fill(`input ${i}`, spec));
    const steps: ((pass: GPUComputePassEncoder) => void)[] = [];
    for (const [i, stage] of stages.entries()) {
      const isLast = i === stages.length - 1;
      tensors.push(await this.#scratch.take(isLast ? "got" : `between ${i}`, stage.kernel.output));
      steps.push(await this.#step(stage.kernel, [...stage.inputs.map((n) => tensors[n]!), tensors.at(-1)!]));
    }
    return {
      encode(pass) {
        for (const step of steps) step(pass);
      },
    };
  }

  /** A kernel that {@link prepare} was called for, with its inputs and its output. */
  async #step(kernel: Kernel, buffers: readonly GPUBuffer[]): Promise<(pass: GPUComputePassEncoder) => void> {
    const pipeline = await this.#pipelines.acquire(kernel).finally(() => this.#pipelines.release(kernel));
    const entries = [...kernel.inputs, kernel.output].map((spec, binding) => {
      return { binding, resource: { buffer: buffers[binding]!, size: byteLength(spec) } };
    });
    const layout = pipeline.getBindGroupLayout(0);
    const bindings = this.#device.createBindGroup({ label: kernel.label, layout, entries });
    return (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...kernel.workgroups);
    };
  }

  /** Largest error of a path's answer, over the largest value. */
  async #errorOf(spec: Floats, bound: Bound): Promise<number> {
    const compare = largestDifference(spec);
    const [got, want] = [await this.#scratch.take("got", spec), await this.#scratch.take("want", spec)];
    const found = await this.#scratch.take("difference", compare.output);
    const staging = makeBuffer(this.#device, {
      label: "difference read back",
      size: found.size,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    try {
      const step = await this.#step(compare, [want, got, found]);
      await this.#submit(
        (encoder) => {
          // What an earlier path has left must not pass for this one's answer.
          encoder.clearBuffer(got);
          encoder.clearBuffer(found);
          this.#pass(encoder, { encode: (pass) => [bound.encode(pass), step(pass)] }, 1);
          encoder.copyBufferToBuffer(found, 0, staging, 0, found.size);
        },
        () => staging.mapAsync(GPUMapMode.READ),
      );
      const [difference, scale] = new Float32Array(staging.getMappedRange()) as unknown as [number, number];
      return difference === 0 ? 0 : difference / scale;
    } finally {
      staging.destroy();
    }
  }

  async #stampedSecondsOf(bound: Bound, repeats: number): Promise<number> {
    const recorder = new TimestampRecorder(this.#device, 1);
    try {
      await this.#submit((encoder) => {
        this.#pass(encoder, bound, repeats, recorder.writes(0));
        recorder.resolve(encoder);
      });
      return (await recorder.read())[0]!;
    } finally {
      recorder.dispose();
    }
  }

  async #wallSecondsOf(bound: Bound, repeats: number): Promise<number> {
    const began = performance.now();
    await this.#submit((encoder) => this.#pass(encoder, bound, repeats));
    return (performance.now() - began) / 1000;
  }

  #pass(encoder: GPUCommandEncoder, bound: Bound, repeats: number, timestampWrites?: GPUComputePassTimestampWrites) {
    const pass = encoder.beginComputePass({ label: "tuning", ...(timestampWrites && { timestampWrites }) });
    for (let i = 0; i < repeats; i++) bound.encode(pass);
    pass.end();
  }

  #submit(encode: (encoder: GPUCommandEncoder) => void, wait = () => this.#device.queue.onSubmittedWorkDone()) {
    const submit = () => {
      const encoder = this.#device.createCommandEncoder({ label: "tuning" });
      encode(encoder);
      this.#device.queue.submit([encoder.finish()]);
    };
    return guardErrors<unknown>(this.#device, "tuning", submit, wait);
  }
}
