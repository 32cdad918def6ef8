import * as Comlink from "comlink";
import { Model } from "../model/model.ts";
import type { ModelMethods, ModelState } from "../model/model-methods.ts";
import type { LoadOptions } from "../model/model-options.ts";
import { modelParts, pretrainedParts } from "../model/model-parts.ts";
import type { PretrainedOptions } from "../runtime/pretrained-source.ts";
import type { ModelSource } from "../runtime/sources/model-source.ts";
import { type FilesBridge, filesFromBridge } from "./files-bridge.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** Methods of a model that answer later. */
export type ModelMethod = {
  [Name in keyof ModelMethods]: ModelMethods[Name] extends (...args: never) => Promise<unknown> ? Name : never;
}[keyof ModelMethods];

/** All of a model's state; sent with every answer, since a page cannot look into a worker. */
const STATE: Readonly<Record<keyof ModelState, true>> = {
  config: true,
  processor: true,
  precision: true,
  dtype: true,
  adapter: true,
  tasks: true,
  memory: true,
  keptInF32: true,
};

export interface Opening {
  /** The static method of {@link DPT}. */
  readonly way: "load" | "fromPretrained";
  /** Left out where a bridge is given. */
  readonly source?: ModelSource | undefined;
  readonly options: LoadOptions & PretrainedOptions;
}

/** One model in a worker, called from the page. */
export class ModelHost {
  #model: Model | undefined;
  readonly #running = new Map<number, AbortController>();

  /** @param call a number that {@link ModelHost.abort} knows it by */
  async open(
    call: number,
    { way, source, options }: Opening,
    bridge: FilesBridge | undefined,
    onProgress: LoadOptions["onProgress"],
    onNotice: LoadOptions["onNotice"],
  ): Promise<Outcome<ModelState>> {
    return this.#run(call, async (signal) => {
      const files = bridge ? await filesFromBridge(bridge) : source!;
      const all = { ...options, signal, ...(onProgress && { onProgress }), ...(onNotice && { onNotice }) };
      this.#model = new Model(await (way === "load" ? modelParts : pretrainedParts)(files, all));
      return stateOf(this.#model);
    });
  }

  async call(
    call: number,
    method: ModelMethod,
    args: unknown[],
  ): Promise<Outcome<{ value: unknown; state: ModelState }>> {
    return this.#run(call, async (signal) => {
      const model = this.#model!;
      const answer = model[method] as (...args: unknown[]) => Promise<unknown>;
      try {
        const value = await answer.apply(model, withSignal(args, signal));
        return { value, state: stateOf(model) };
      } finally {
        for (const picture of args.flat()) if (isClosable(picture)) picture.close();
      }
    });
  }

  abort(call: number): void {
    this.#running.get(call)?.abort();
  }

  dispose(): void {
    this.#model?.dispose();
  }

  async #run<T>(call: number, task: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const controller = new AbortController();
    this.#running.set(call, controller);
    try {
      const outcome = await outcomeOf(task(controller.signal));
      return Comlink.transfer(outcome, [...buffersIn(outcome)]);
    } finally {
      this.#running.delete(call);
    }
  }
}

function stateOf(model: Model): ModelState {
  const names = Object.keys(STATE) as (keyof ModelState)[];
  return Object.fromEntries(names.map((name) => [name, model[name]])) as unknown as ModelState;
}

/** The options of every method come last. */
function withSignal(args: unknown[], signal: AbortSignal): unknown[] {
  return [...args.slice(0, -1), { ...(args.at(-1) as object), signal }];
}

function isClosable(value: unknown): value is { close(): void } {
  return typeof value === "object" && value !== null && "close" in value && typeof value.close === "function";
}

/** Memory of the arrays in an answer, which goes to the page instead of being copied. */
function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value instanceof Map) {
    for (const entry of value.values()) buffersIn(entry, found);
  } else if (typeof value === "object" && value !== null) {
    for (const entry of Object.values(value)) buffersIn(entry, found);
  }
  return found;
}
