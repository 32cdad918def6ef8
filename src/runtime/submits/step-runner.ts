import { guardErrors } from "../device/guard-errors.ts";
import type { Pipelines } from "../device/pipelines.ts";
import type { TimestampRecorder } from "../device/profiler.ts";
import { type Dispatch, dispatchBytes } from "../graph/graph.ts";
import { loadPart } from "../load-part.ts";
import type { CutSteps } from "./cut-steps.ts";
import { mostParts } from "./most-parts.ts";
import { Pace } from "./pace.ts";
import { SubmitClock } from "./submit-clock.ts";
import { type Portion, SubmitPlan } from "./submit-plan.ts";

/** A dispatch that is ready to run. */
export interface Step extends Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly entries: readonly GPUBindGroupEntry[];
  readonly bindings: GPUBindGroup;
}

export interface StepOptions {
  /** Measures each dispatch. */
  readonly recorder?: TimestampRecorder | undefined;
  /** Looked at between submits. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the end of the last submit is waited for; yes if left out. */
  readonly isAwaited?: boolean | undefined;
}

/** Runs dispatches one after the other, in as many submits as keep each of them short. */
export class StepRunner {
  readonly #device: GPUDevice;
  readonly #steps: readonly Step[];
  readonly #pace: Pace;
  readonly #pipelines: Pipelines;
  /** Loaded with the first dispatch that is too long for one submit. */
  #cuts: CutSteps | undefined;
  readonly #plan: SubmitPlan;

  /** @param budget milliseconds of a submit; the device's {@link Pace.budget} if left out */
  constructor(device: GPUDevice, pipelines: Pipelines, steps: readonly Step[], budget: number | undefined) {
    const pace = Pace.of(device);
    const planned = steps.map((step) => ({
      slowSeconds: pace.slowSeconds({ flops: step.kernel.flops, bytes: dispatchBytes(step) }),
      mostParts: mostParts(step.kernel),
    }));
    this.#device = device;
    this.#pace = pace;
    this.#steps = steps;
    this.#pipelines = pipelines;
    this.#plan = new SubmitPlan(planned, pace, budget);
  }

  /** GPU memory taken. */
  get bytes(): number {
    return this.#cuts?.bytes ?? 0;
  }

  /**
   * Two submits are on their way at a time, so that the GPU never waits and none is sent long before its turn.
   * @param write writes the inputs, and records what that takes before the first dispatch
   * @returns seconds of each submit that was waited for, by the clock of the CPU
   * @throws DeviceLostError, MemoryError; the signal's reason
   */
  async run(
    write: (encoder: GPUCommandEncoder) => void,
    { recorder, signal, isAwaited = true }: StepOptions,
  ): Promise<readonly number[]> {
    const { queue } = this.#device;
    await this.#pace.measureLatency(() => this.#submitNothing());
    const run = this.#plan.begin();
    const clock = new SubmitClock(() => this.#pace.latency);
    const took: number[] = [];
    let begin: typeof write | undefined = write;
    let before: Promise<unknown> = Promise.resolve();
    for (let portions = run.next(); portions.length > 0; portions = run.next()) {
      for (const portion of portions) if (portion.parts > 1) await (await this.#cutting()).prepare(portion);
      signal?.throwIfAborted();
      const group = portions;
      let sent = 0;
      const submit = () => {
        const encoder = this.#device.createCommandEncoder({ label: "forward" });
        begin?.(encoder);
        this.#encode(encoder, group, recorder);
        const commands = encoder.finish();
        sent = performance.now();
        queue.submit([commands]);
      };
      const learn = () => {
        const heard = performance.now();
        this.#pace.heard((heard - sent) / 1000);
        const { seconds, work } = clock.done(sent, heard);
        took.push(seconds);
        this.#plan.learn(group, work);
      };
      const done = async () => queue.onSubmittedWorkDone().then(learn);
      // What is not waited for teaches all the same.
      const wait = isAwaited || !run.isDone ? done : async () => void done().catch(() => {});
      const now = guardErrors<unknown>(this.#device, "run", submit, wait);
      begin = undefined;
      // Awaited a round later; until then it must not count as unhandled.
      now.catch(() => {});
      await before;
      before = now;
    }
    await before;
    return took;
  }

  /** A pass without a dispatch: something that has to go to the GPU and back. */
  async #submitNothing(): Promise<void> {
    const { queue } = this.#device;
    const submit = () => {
      const encoder = this.#device.createCommandEncoder({ label: "latency" });
      encoder.beginComputePass({ label: "latency" }).end();
      queue.submit([encoder.finish()]);
    };
    await guardErrors(this.#device, "run", submit, () => queue.onSubmittedWorkDone());
  }

  async #cutting(): Promise<CutSteps> {
    const { CutSteps } = await loadPart(import("./cut-steps.ts"));
    this.#cuts ??= new CutSteps(this.#device, this.#pipelines, this.#steps);
    return this.#cuts;
  }

  /** All dispatches in one pass; with a recorder each in a pass of its own, since WebGPU tells time by the pass. */
  #encode(encoder: GPUCommandEncoder, portions: readonly Portion[], recorder: TimestampRecorder | undefined): void {
    let pass = recorder ? undefined : encoder.beginComputePass({ label: "forward" });
    for (const portion of portions) {
      const { step, part, parts } = portion;
      const { kernel, pipeline, bindings } = this.#steps[step]!;
      if (recorder) {
        const timestampWrites = recorder.writes(step, part === 0, part === parts - 1);
        pass = encoder.beginComputePass({ label: kernel.label, ...(timestampWrites && { timestampWrites }) });
      }
      if (parts > 1) {
        this.#cuts!.encode(pass!, portion);
      } else {
        pass!.setPipeline(pipeline);
        pass!.setBindGroup(0, bindings);
        pass!.dispatchWorkgroups(...kernel.workgroups);
      }
      if (recorder) pass!.end();
    }
    if (!recorder) pass!.end();
  }

  dispose(): void {
    this.#cuts?.dispose();
  }
}
