import type { Pipelines } from "../device/pipelines.ts";
import type { Path } from "../graph/kernel.ts";
import { PathBench, type Prepared } from "./path-bench.ts";
import type { Choice } from "./path-choices.ts";
import { isMeasured } from "./path-times.ts";
import type { TuningRecords } from "./tuning-records.ts";

/** Runs a task while nothing else runs on the device. */
export type Alone = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Ways to compute the kernels of some work, and how many of them are measured. */
export interface TuneProgress {
  readonly done: number;
  readonly total: number;
}

/** Paths of a kernel that are measured before it is the next one's turn; their texts are compiled at once. */
const ROUND = 4;

/**
 * Times the paths of kernels, one a step: in rounds of a few paths of each kernel, the most expensive kernel first, of each
 * the most promising path first. What is known already is not measured again, so that a tuner goes on where another has
 * stopped.
 */
export class Tuner {
  readonly #records: TuningRecords;
  readonly #choices: readonly Choice[];
  readonly #bench: PathBench;
  readonly #onNotice: ((notice: string) => void) | undefined;
  /** Paths that are compiled or being compiled. */
  readonly #prepared = new Map<Path, Prepared>();
  #measuring: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor(
    device: GPUDevice,
    pipelines: Pipelines,
    records: TuningRecords,
    choices: Iterable<Choice>,
    onNotice?: (notice: string) => void,
  ) {
    const cost = ({ kernel, count }: Choice) => kernel.flops * count;
    this.#records = records;
    this.#choices = [...choices]
      .filter(({ kernel, paths }) => paths.length > 1 && PathBench.canTry(kernel))
      .toSorted((a, b) => cost(b) - cost(a));
    this.#bench = new PathBench(device, pipelines);
    this.#onNotice = onNotice;
  }

  get progress(): TuneProgress {
    const total = this.#choices.reduce((sum, { paths }) => sum + paths.length, 0);
    return { done: total - this.#choices.reduce((sum, choice) => sum + this.#records.missing(choice), 0), total };
  }

  /**
   * Measures the next path.
   * @returns false once there is none, or the tuner is disposed of
   * @throws MachineError if memory runs out or the device is lost
   */
  async step(alone: Alone): Promise<boolean> {
    const choice = this.#next();
    if (!choice) return false;
    const { kernel, paths } = choice;
    const times = this.#records.of(kernel);
    const left = paths.filter(({ name }) => !isMeasured(times, name));
    const [path] = left;
    const ofRound = ROUND - ((paths.length - left.length) % ROUND);
    for (const each of left.slice(0, ofRound)) {
      if (!this.#prepared.has(each)) this.#prepared.set(each, this.#bench.prepare(each));
    }
    const seconds = Object.values(times.seconds);
    const best = seconds.length > 0 ? Math.min(...seconds) : undefined;
    await this.#prepared.get(path!)!.ready;
    const trial = await alone(async () => {
      if (this.#isDisposed) return undefined;
      const tried = this.#bench.try(kernel, path!, best);
      this.#measuring = tried.catch(() => {});
      return tried;
    });
    if (!trial) return false;
    if ("refused" in trial) {
      this.#onNotice?.(`tuning: on this adapter '${path!.name}' of ${kernel.label} ${trial.refused}. It is not used.`);
    }
    await this.#records.keep(choice, path!.name, trial);
    this.#prepared.get(path!)?.release();
    this.#prepared.delete(path!);
    return true;
  }

  /** The kernel whose turn it is. */
  #next(): Choice | undefined {
    const round = (choice: Choice) => Math.floor((choice.paths.length - this.#records.missing(choice)) / ROUND);
    const open = this.#choices.filter((choice) => this.#records.missing(choice) > 0);
    // Sorting is stable: choices of the same round keep their order, the most expensive first.
    return open.sort((a, b) => round(a) - round(b))[0];
  }

  /** Frees the memory, once nothing is measured any more. */
  dispose(): void {
    this.#isDisposed = true;
    for (const { release } of this.#prepared.values()) release();
    this.#prepared.clear();
    void this.#measuring.then(() => this.#bench.dispose());
  }
}
