import { CallQueue } from "../call-queue.ts";
import { type DeviceDescription, describeDevice } from "../device/device-description.ts";
import { Graph, type InputData, type Tensor } from "../graph/graph.ts";
import type { Path } from "../graph/kernel.ts";
import { indexedDbStore } from "../paths/indexed-db-store.ts";
import { switchOff } from "../paths/switched-off.ts";
import type { TuningStore } from "../paths/tuning-store.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { deviceOf } from "./opened-device.ts";

/** Which device is examined, and where models look up what is switched off; as for the engine. */
export type ExaminedOptions = Pick<EngineOptions, "device" | "adapter" | "tuningStore">;

/** What the clock of a device tells of work that takes some time; `none` where it has no timestamps. */
export type Clock = "none" | "stands still" | "runs";

/** A device on which single paths are run. */
export class ExaminedDevice {
  readonly #engine: Engine;
  readonly #store: TuningStore | undefined;
  readonly #dispose: () => void;
  readonly #turns = new CallQueue();
  readonly description: DeviceDescription;

  private constructor(
    engine: Engine,
    description: DeviceDescription,
    store: TuningStore | undefined,
    free: () => void,
  ) {
    this.#engine = engine;
    this.#store = store;
    this.#dispose = free;
    this.description = description;
  }

  /** @throws MachineError without an adapter or a device */
  static async open({ device, adapter, tuningStore }: ExaminedOptions): Promise<ExaminedDevice> {
    const opened = device ?? (await deviceOf(adapter));
    const free = () => {
      if (!device) opened.destroy();
    };
    const engine = await Engine.open({ device: opened, tuningStore });
    return new ExaminedDevice(engine, describeDevice(opened), tuningStore ?? indexedDbStore(), free);
  }

  get traits() {
    return this.#engine.traits;
  }

  /** Why there is no device any more; `undefined` while there is. */
  get lost(): string | undefined {
    const { aborted, reason } = this.#engine.loss;
    return aborted ? (reason as Error).message : undefined;
  }

  /**
   * Bytes that a path makes of these inputs. Paths are compiled at once and run one after the other, so that it shows which of
   * them brings the device down.
   * @returns `undefined` if the device was lost before it was this path's turn
   * @throws InternalError where its text is not compiled or its commands are not taken, MachineError if the device is lost by it
   */
  async run(path: Path, inputs: readonly InputData[]): Promise<ArrayBuffer | undefined> {
    let isItsTurn = false;
    try {
      const session = await this.#compile(path, inputs.length);
      const run = async () => {
        isItsTurn = this.lost === undefined;
        if (!isItsTurn) return undefined;
        const { outputs } = await session.run(Object.fromEntries(inputs.map((data, i) => [`input ${i}`, data])));
        return outputs.get("y")!;
      };
      return await this.#turns.run(run).finally(() => session.dispose());
    } catch (error) {
      if (this.lost !== undefined && !isItsTurn) return undefined;
      throw error;
    }
  }

  /** Whether timestamps tell how long a path takes: browsers may round them, or refuse them. */
  async clock(path: Path, inputs: readonly InputData[]): Promise<Clock> {
    if (!this.description.features.includes("timestamp-query")) return "none";
    const session = await this.#compile(path, inputs.length);
    try {
      const data = Object.fromEntries(inputs.map((numbers, i) => [`input ${i}`, numbers]));
      const { times = [] } = await session.run(data, { profile: true });
      return times.some(({ seconds }) => seconds > 0) ? "runs" : "stands still";
    } finally {
      session.dispose();
    }
  }

  #compile({ stages }: Path, count: number) {
    const graph = new Graph();
    const outside = new Map<number, Tensor>();
    const answers: Tensor[] = [];
    for (const { kernel, inputs } of stages) {
      const tensors = inputs.map((n, i) => {
        if (n >= count) return answers[n - count]!;
        const known = outside.get(n) ?? graph.input(`input ${n}`, kernel.inputs[i]!);
        outside.set(n, known);
        return known;
      });
      // Without its paths, so that the engine takes no other in its place.
      const { paths: _, ...plain } = kernel;
      answers.push(graph.run(plain, ...tensors));
    }
    graph.output("y", answers.at(-1)!);
    return this.#engine.compile(graph);
  }

  /** Has models on this adapter do without these kinds of paths. @returns whether there is where to keep that */
  async switchOff(families: readonly string[]): Promise<boolean> {
    if (!this.#store) return false;
    await switchOff(this.#store, this.#engine.adapter, families);
    return true;
  }

  dispose(): void {
    this.#engine.dispose();
    this.#dispose();
  }
}
