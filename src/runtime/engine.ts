import type { Checkpoint } from "./checkpoint.ts";
import { checkPrecision, describeAdapter, requestDevice, requestOwnDevice } from "./device.ts";
import type { Graph } from "./graph.ts";
import { Pipelines } from "./pipelines.ts";
import { Session } from "./session.ts";
import type { Precision } from "./tensor.ts";
import type { Weight } from "./weight.ts";
import { type LoadOptions, WeightStore } from "./weight-store.ts";

/** Where the engine runs: on the app's own device, on one made from an adapter, or (neither) on the browser's best. */
export interface EngineOptions {
  readonly device?: GPUDevice | undefined;
  readonly adapter?: GPUAdapter | undefined;
}

/** One device with its compiled kernels. */
export class Engine {
  readonly #device: GPUDevice;
  readonly #isOwn: boolean;
  readonly #pipelines: Pipelines;
  /** Vendor, architecture and name of the adapter, as far as it tells them. */
  readonly adapter: string;

  private constructor(device: GPUDevice, isOwn: boolean) {
    this.#device = device;
    this.#isOwn = isOwn;
    this.#pipelines = Pipelines.of(device);
    this.adapter = describeAdapter({ info: device.adapterInfo });
  }

  /** @throws MachineError without an adapter or a device */
  static async open({ device, adapter }: EngineOptions = {}): Promise<Engine> {
    if (device) return new Engine(device, false);
    return new Engine(await (adapter ? requestDevice(adapter) : requestOwnDevice()), true);
  }

  /** @throws MachineError if kernels cannot store in this precision here */
  checkPrecision(precision: Precision): void {
    checkPrecision(this.#device, precision);
  }

  loadWeights(checkpoint: Checkpoint, weights: readonly Weight[], options?: LoadOptions): Promise<WeightStore> {
    return WeightStore.load(this.#device, checkpoint, weights, options);
  }

  /** @see {@link Session.compile} */
  compile(graph: Graph, weights?: WeightStore, onProgress?: (done: number, total: number) => void): Promise<Session> {
    return Session.compile(this.#device, this.#pipelines, graph, weights, onProgress);
  }

  /** Frees the device if the engine made it; a device that was given stays. */
  dispose(): void {
    if (this.#isOwn) this.#device.destroy();
  }
}
