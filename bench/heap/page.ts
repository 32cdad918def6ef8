import { DPT, type LoadOptions, models } from "../../src/index.ts";

export interface HeapLoad {
  readonly url: string;
  readonly place: "page" | "worker";
  /** Whether the browser keeps the model. */
  readonly keep: boolean;
  readonly dtype?: LoadOptions["dtype"];
}

declare global {
  /** Loads a model and lets go of it. Bytes of its weights on the GPU, and of what the browser keeps. */
  var loadModel: (load: HeapLoad) => Promise<{ weights: number; kept: number }>;
}

globalThis.loadModel = async ({ url, place, keep, dtype }) => {
  const options = { dtype, worker: place === "worker", ...(!keep && { cache: false as const }) };
  const model = await DPT.fromPretrained(url, options);
  const { weights } = model.memory;
  model.dispose();
  return { weights, kept: (await models.list()).reduce((sum, { bytes }) => sum + bytes, 0) };
};
