import type { Checkpoint } from "./checkpoint.ts";
import { checkPrecision, describeAdapter, requestDevice, requestOwnDevice, traitsOf } from "./device.ts";
import type { Graph } from "./graph.ts";
import { indexedDbStore } from "./indexed-db-store.ts";
import { type Choice, choicesOf, type PathPreference } from "./path-choices.ts";
import { type Picture, type PictureSource, takePicture } from "./picture.ts";
import { Pipelines } from "./pipelines.ts";
import { readsSubgroupMatrices } from "./reads-subgroup-matrices.ts";
import { Session } from "./session.ts";
import { takePaths } from "./take-paths.ts";
import type { Precision } from "./tensor.ts";
import type { Traits } from "./traits.ts";
import type { Tuner } from "./tuner.ts";
import { TuningRecords } from "./tuning-records.ts";
import type { TuningStore } from "./tuning-store.ts";
import type { Weight } from "./weight.ts";
import { type LoadOptions, WeightStore } from "./weight-store.ts";

/** Where the engine runs: on the app's own device, on one made from an adapter, or (neither) on the browser's best. */
export interface EngineOptions {
  readonly device?: GPUDevice | undefined;
  readonly adapter?: GPUAdapter | undefined;
  /** Where measurements are kept for the next time; a database of the page if left out, or nowhere if there is none. */
  readonly tuningStore?: TuningStore | undefined;
  /**
   * How the names of paths begin that are to be taken, the first that a kernel has: `["workgroup tiles"]`. For comparing
   * ways to compute; nothing is taken by measurement then.
   */
  readonly paths?: readonly string[] | undefined;
  /** Called with a sentence for people when something is otherwise than they would expect. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** One device with its compiled kernels. */
export class Engine {
  readonly #device: GPUDevice;
  readonly #isOwn: boolean;
  readonly #pipelines: Pipelines;
  readonly #asked: PathPreference | undefined;
  readonly #preference: PathPreference | undefined;
  readonly #records: TuningRecords;
  readonly #onNotice: EngineOptions["onNotice"];
  /** Vendor, architecture and name of the adapter, as far as it tells them. */
  readonly adapter: string;
  /** What decides how kernels are computed here. */
  readonly traits: Traits;

  private constructor(
    device: GPUDevice,
    isOwn: boolean,
    traits: Traits,
    { tuningStore, paths, onNotice }: EngineOptions,
    preferences: readonly PathPreference[],
  ) {
    this.#device = device;
    this.#isOwn = isOwn;
    this.traits = traits;
    this.#pipelines = Pipelines.of(device);
    this.adapter = describeAdapter({ info: device.adapterInfo });
    this.#asked = paths && { adapter: /^/, families: paths, why: "as asked" };
    this.#preference = this.#asked ?? preferences.find(({ adapter }) => adapter.test(this.adapter));
    this.#onNotice = onNotice;
    this.#records = new TuningRecords(this.adapter, tuningStore ?? indexedDbStore(), onNotice);
  }

  /**
   * @param preferences the first that is about the adapter counts
   * @throws MachineError without an adapter or a device
   */
  static async open(options: EngineOptions = {}, preferences: readonly PathPreference[] = []): Promise<Engine> {
    const { device, adapter } = options;
    const opened = device ?? (await (adapter ? requestDevice(adapter) : requestOwnDevice()));
    const traits = traitsOf(opened);
    const hasMatrices = traits.subgroupMatrices.length > 0 && (await readsSubgroupMatrices(opened));
    const usable = hasMatrices ? traits : { ...traits, subgroupMatrices: [] };
    return new Engine(opened, !device, usable, options, preferences);
  }

  /** @throws MachineError if kernels cannot store in this precision here */
  checkPrecision(precision: Precision): void {
    checkPrecision(this.#device, precision);
  }

  loadWeights(checkpoint: Checkpoint, weights: readonly Weight[], options?: LoadOptions): Promise<WeightStore> {
    return WeightStore.load(this.#device, checkpoint, weights, options);
  }

  /**
   * Takes the best known path of every kernel, which changes the graph; once that is done, nothing is left to take.
   * @returns how many paths have not been measured; 0 where they are taken as asked
   */
  async takePaths(graph: Graph): Promise<number> {
    const choices = await this.#choicesOf(graph);
    takePaths(graph, choices, this.#asked ? undefined : (kernel) => this.#records.of(kernel));
    if (this.#asked) return 0;
    return [...choices.values()].reduce((sum, choice) => sum + this.#records.missing(choice), 0);
  }

  /**
   * Takes the best known path of every kernel, which changes the graph, and compiles.
   * @see {@link Session.compile}
   */
  async compile(
    graph: Graph,
    weights?: WeightStore,
    onProgress?: (done: number, total: number) => void,
  ): Promise<Session> {
    await this.takePaths(graph);
    return Session.compile(this.#device, this.#pipelines, graph, weights, onProgress);
  }

  /** Compiles the kernels alone; the answer lets go of them. */
  async compileKernels({ dispatches }: Graph): Promise<() => void> {
    const release = () => {
      for (const { kernel } of dispatches) this.#pipelines.release(kernel);
    };
    try {
      await Promise.all(dispatches.map(({ kernel }) => this.#pipelines.acquire(kernel)));
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Measures what is not known yet of a graph's paths; the caller disposes of it. */
  async tuner(graph: Graph): Promise<Tuner> {
    const [{ Tuner }, choices] = await Promise.all([import("./tuner.ts"), this.#choicesOf(graph)]);
    return new Tuner(this.#device, this.#pipelines, this.#records, choices.values(), this.#onNotice);
  }

  async #choicesOf(graph: Graph): Promise<ReadonlyMap<string, Choice>> {
    const choices = choicesOf(graph, this.traits, this.#preference);
    await this.#records.load(choices.values());
    return choices;
  }

  get device(): GPUDevice {
    return this.#device;
  }

  /** @see {@link takePicture} */
  takePicture(source: PictureSource): Promise<Picture> {
    return takePicture(source, this.#device);
  }

  /** Frees the device if the engine made it; a device that was given stays. */
  dispose(): void {
    if (this.#isOwn) this.#device.destroy();
  }
}
