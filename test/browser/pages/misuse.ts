import * as library from "../../../src/index.ts";
import * as remote from "../../../src/worker/index.ts";
import { answerMisuses } from "../../misuse/answer-misuses.ts";
import { disposedMisuses } from "../../misuse/disposed-misuses.ts";
import { exportMisuses } from "../../misuse/export-misuses.ts";
import { loadingMisuses } from "../../misuse/loading-misuses.ts";
import { modelMisuses } from "../../misuse/model-misuses.ts";
import type { Misuse } from "../../misuse/odd-values.ts";
import { pageMisuses } from "../../misuse/page-misuses.ts";
import { faultsOf } from "../../misuse/refusal-of.ts";

/** Where the model runs. */
export type Place = "page" | "worker";

declare global {
  /** The wrong uses of a model's folder that were not refused in words, where it is loaded. */
  var loadingFaults: (place: Place, url: string) => Promise<string[]>;
  /** The same of a model, of its answers and of one that is disposed of; and whether it answers as before. */
  var modelFaults: (place: Place, url: string) => Promise<string[]>;
  /** The same of what is exported beside it. */
  var exportFaults: () => Promise<string[]>;
}

const faults = (misuses: readonly Misuse[]) => faultsOf(misuses, (error) => error instanceof library.DptError);
type Load = (source: never, options?: never) => Promise<library.ModelMethods>;
const loaders: Readonly<Record<Place, { readonly load: Load; readonly fromPretrained: Load }>> = {
  page: library.DPT,
  worker: remote.DPT,
};
const picture = { width: 20, height: 16, data: Uint8Array.from({ length: 960 }, (_, i) => (i * i) % 253) };

globalThis.loadingFaults = async (place, url) => {
  const { load, fromPretrained } = loaders[place];
  return [...(await faults(loadingMisuses(load, url))), ...(await faults(loadingMisuses(fromPretrained, url)))];
};

globalThis.modelFaults = async (place, url) => {
  const model = await loaders[place].load(url as never);
  const want = (await model.segment(picture)).labels.join();
  const found = [
    ...(await faults(modelMisuses(model, picture))),
    ...(await faults(await pageMisuses(model, picture))),
    ...(await faults(await answerMisuses(model, picture))),
  ];
  if ((await model.segment(picture)).labels.join() !== want) found.push("the model answers otherwise");
  model.dispose();
  model.dispose();
  return [...found, ...(await faults(disposedMisuses(model, picture)))];
};

globalThis.exportFaults = () => faults(exportMisuses(library));
