import type { DeviceMap, MapRoom } from "../../runtime/device/device-map.ts";
import type { KernelTime } from "../../runtime/device/profiler.ts";
import type { RunInputs } from "../../runtime/session/session.ts";
import type { CachedSession } from "../../runtime/session/session-cache.ts";
import type { Attempt, GraphRunner } from "../runs/graph-runner.ts";
import type { Job } from "../runs/job.ts";
import type { Prediction } from "./predictions.ts";

export interface PassOptions {
  readonly profile?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the graphs that one answer takes, and counts what it took. */
export class PassRunner {
  readonly #runner: GraphRunner;
  readonly #call: string;
  readonly #options: PassOptions;
  readonly #times: KernelTime[] = [];
  #compile = 0;
  #run = 0;
  #passes = 0;

  /** @param call what the user called */
  constructor(runner: GraphRunner, call: string, options: PassOptions) {
    this.#runner = runner;
    this.#call = call;
    this.#options = options;
  }

  /** One pass of the network, again until the answer is finite. */
  async run<Answer>(
    job: Job,
    inputs: RunInputs,
    read: (outputs: ReadonlyMap<string, ArrayBuffer>) => Attempt<Answer>,
  ): Promise<Answer> {
    this.#options.signal?.throwIfAborted();
    let began = performance.now();
    this.#passes++;
    return this.#runner.finite({ call: this.#call, job, inputs }, async (compiled) => {
      this.#compile += performance.now() - began;
      const outputs = await this.#timed(compiled, inputs);
      began = performance.now();
      return read(outputs);
    });
  }

  /** One pass whose answer stays on the device, where nobody looks at it. */
  async keep(job: Job, inputs: RunInputs, output: string, room: MapRoom): Promise<DeviceMap> {
    this.#options.signal?.throwIfAborted();
    const began = performance.now();
    this.#passes++;
    return this.#runner.finite({ call: this.#call, job, inputs }, async ({ session }) => {
      this.#options.signal?.throwIfAborted();
      const compiled = performance.now();
      const answer = await session.keep(inputs, output, room);
      this.#compile = compiled - began;
      this.#run = performance.now() - compiled;
      return { answer, notFinite: undefined };
    });
  }

  /** A graph without weights; see {@link GraphRunner.blend}. */
  async blend(key: string, record: CachedSession["record"], inputs: RunInputs) {
    const began = performance.now();
    const compiled = await this.#runner.blend(key, record);
    this.#compile += performance.now() - began;
    return this.#timed(compiled, inputs);
  }

  async #timed({ session }: CachedSession, inputs: RunInputs) {
    const { signal, profile = false } = this.#options;
    signal?.throwIfAborted();
    const began = performance.now();
    const { outputs, times } = await session.run(inputs, { profile, signal });
    this.#run += performance.now() - began;
    if (times) this.#times.push(...times);
    return outputs;
  }

  /** What the answer tells of how it was made. */
  get report(): Pick<Prediction, "passes" | "timing" | "keptInF32" | "profile"> {
    return {
      passes: this.#passes,
      timing: { compile: this.#compile, run: this.#run },
      keptInF32: this.#runner.keptInF32,
      profile: this.#options.profile ? this.#times : undefined,
    };
  }
}
