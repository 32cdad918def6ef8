import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { checkPrecision, requestOwnAdapter } from "../device/device.ts";
import { lossOf } from "../device/device-loss.ts";
import type { Graph } from "../graph/graph.ts";
import type { Precision } from "../graph/tensor.ts";
import type { Traits } from "../graph/traits.ts";
import type { Weight } from "../graph/weight.ts";
import { loadPart } from "../load-part.ts";
import type { PathPreference } from "../paths/path-choices.ts";
import type { Tuner } from "../paths/tuner.ts";
import type { TuningStore } from "../paths/tuning-store.ts";
import { type Picture, type PictureSource, takePicture } from "../pictures/picture.ts";
import { deviceOf, type OpenedDevice, openedDevice } from "./opened-device.ts";
import { PathTaker } from "./path-taker.ts";
import { Session } from "./session.ts";
import { type LoadOptions, WeightStore } from "./weight-store.ts";

/** Where the engine runs: on the app's own device, on one made from an adapter, or (neither) on the browser's best. */
export interface EngineOptions {
  /** The caller's own: if it is lost, every call says so, and the model has to be loaded again on another one. */
  readonly device?: GPUDevice | undefined;
  /**
   * An adapter, or what asks for one. An adapter gives one device only: when that is lost, what asks for one is asked
   * again, such as `() => gpu.requestAdapter()`; in place of an adapter that was given, the browser's best is taken.
   */
  readonly adapter?: GPUAdapter | (() => Promise<GPUAdapter | null>) | undefined;
  /**
   * Milliseconds on the GPU that the work of one submit takes at most, as far as that can be told beforehand; longer work
   * is cut. 100 if left out, 1000 where the CPU does the work.
   */
  readonly submitBudget?: number | undefined;
  /** Where measurements are kept for the next time; a database of the page if left out, or nowhere if there is none. */
  readonly tuningStore?: TuningStore | undefined;
  /**
   * How the names of paths begin that are to be taken, the first that a kernel has: `["workgroup tiles"]`. For comparing
   * ways to compute; nothing is taken by measurement then. One that is known to be wrong on the adapter is taken all the
   * same, which `onNotice` tells; of paths that are not asked for none is.
   */
  readonly paths?: readonly string[] | undefined;
  /** Called with a sentence for people when something is otherwise than they would expect. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** One device with its compiled kernels; another one when that is lost. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #preferences: readonly PathPreference[];
  readonly #asked: PathPreference | undefined;
  readonly #paths: PathTaker;
  #opened: OpenedDevice;

  private constructor(
    options: EngineOptions,
    preferences: readonly PathPreference[],
    asked: PathPreference | undefined,
    opened: OpenedDevice,
  ) {
    this.#options = options;
    this.#preferences = preferences;
    this.#asked = asked;
    this.#paths = new PathTaker(options.paths, options.onNotice);
    this.#opened = opened;
  }

  /**
   * @param preferences the first that is about the adapter counts
   * @throws MachineError without an adapter or a device
   */
  static async open(options: EngineOptions = {}, preferences: readonly PathPreference[] = []): Promise<Engine> {
    const { adapter, paths } = options;
    const asked = paths && { adapter: /^/, families: paths, why: "as asked" };
    const device = options.device ?? (await deviceOf(adapter));
    return new Engine(options, preferences, asked, await openedDevice(device, options, asked, preferences));
  }

  /** Vendor, architecture and name of the adapter, as far as it tells them. */
  get adapter(): string {
    return this.#opened.adapter;
  }

  /** What decides how kernels are computed here. */
  get traits(): Traits {
    return this.#opened.traits;
  }

  /** Aborts when the device is lost. */
  get loss(): AbortSignal {
    return lossOf(this.#opened.device);
  }

  /**
   * Opens another device if the engine's is lost, and puts the weights there if they are elsewhere. Sessions of the device
   * before are of no use then.
   * @throws DeviceLostError if the device was given, MachineError if there is no other, and as {@link WeightStore.load}
   */
  async restore(weights: WeightStore, options?: LoadOptions): Promise<void> {
    if (this.loss.aborted) {
      if (this.#options.device) throw this.loss.reason;
      const { adapter } = this.#options;
      // An adapter gives one device, and that is lost. Node has no adapter of its own to turn to.
      if (typeof adapter === "object" && !globalThis.navigator?.gpu) throw this.loss.reason;
      const device = await deviceOf(typeof adapter === "function" ? adapter : requestOwnAdapter);
      this.#opened = await openedDevice(device, this.#options, this.#asked, this.#preferences);
    }
    await weights.moveTo(this.#opened.device, options);
  }

  /** @throws MachineError if kernels cannot store in this precision here */
  checkPrecision(precision: Precision): void {
    checkPrecision(this.#opened.device, precision);
  }

  loadWeights(checkpoint: Checkpoint, weights: readonly Weight[], options?: LoadOptions): Promise<WeightStore> {
    return WeightStore.load(this.#opened.device, checkpoint, weights, options);
  }

  /**
   * Takes the best known path of every kernel, which changes the graph; once that is done, nothing is left to take.
   * @param lean whether the paths are taken instead that need the least memory between their kernels
   * @returns how many paths have not been measured; 0 where they are taken as asked
   */
  takePaths(graph: Graph, lean = false): Promise<number> {
    return this.#paths.take(graph, this.#opened, lean);
  }

  /**
   * Takes the best known path of every kernel, which changes the graph, unless they are taken, and compiles.
   * @see {@link Session.compile}
   */
  async compile(
    graph: Graph,
    weights?: WeightStore,
    onProgress?: (done: number, total: number) => void,
  ): Promise<Session> {
    await this.takePaths(graph);
    const { device, pipelines } = this.#opened;
    return Session.compile(device, pipelines, graph, weights, { onProgress, budget: this.#options.submitBudget });
  }

  /** Compiles the kernels alone; the answer lets go of them. */
  async compileKernels({ dispatches }: Graph): Promise<() => void> {
    const { pipelines } = this.#opened;
    const release = () => {
      for (const { kernel } of dispatches) pipelines.release(kernel);
    };
    try {
      await Promise.all(dispatches.map(({ kernel }) => pipelines.acquire(kernel)));
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Measures what is not known yet of a graph's paths; the caller disposes of it. */
  async tuner(graph: Graph): Promise<Tuner> {
    const choices = this.#paths.choicesOf(graph, this.#opened);
    const [{ Tuner }, known] = await Promise.all([loadPart(import("../paths/tuner.ts")), choices]);
    const { device, pipelines, records } = this.#opened;
    return new Tuner(device, pipelines, records, known.values(), this.#options.onNotice);
  }

  /** The device now; another one once this is lost. */
  get device(): GPUDevice {
    return this.#opened.device;
  }

  /** @see {@link takePicture} */
  takePicture(source: PictureSource): Promise<Picture> {
    // A texture on a lost device would be of no use: the call comes up on another one.
    return takePicture(source, this.loss.aborted ? undefined : this.#opened.device);
  }

  /** Frees the device if the engine made it; a device that was given stays. */
  dispose(): void {
    if (!this.#options.device) this.#opened.device.destroy();
  }
}
