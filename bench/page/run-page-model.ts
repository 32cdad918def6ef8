import street from "../../examples/street.png?url";
import { requestOwnAdapter } from "../../src/runtime/device/device.ts";
import { FileError } from "../../src/runtime/errors.ts";
import { blobSource } from "../../src/runtime/sources/blob-source.ts";
import type { ModelFiles } from "../../src/runtime/sources/byte-source.ts";
import config from "../../weights/dpt-small-camvid/config.json?url";
import weights from "../../weights/dpt-small-camvid/model.safetensors?url";
import processor from "../../weights/dpt-small-camvid/preprocessor_config.json?url";
import { benchModel } from "../kernels/bench-models.ts";
import type { ModelReport } from "../model/model-report.ts";
import { runModel } from "../model/run-model.ts";
import { isSeededName } from "../seeded/seeded-models.ts";
import { seededSource } from "../seeded/seeded-source.ts";
import type { PageQuery } from "./page-query.ts";

const RUNS = 5;
/** The one model that comes with its weights. */
const EMBEDDED: Readonly<Record<string, string>> = {
  "config.json": config,
  "preprocessor_config.json": processor,
  "model.safetensors": weights,
};

/** A picture through a whole model, in this browser. */
export async function runPageModel(
  { models: [name = ""], size, dtype }: PageQuery,
  commit: string,
  onProgress: (line: string) => void,
): Promise<ModelReport> {
  const seeded = isSeededName(name);
  const known = benchModel(name, size);
  return runModel({
    adapter: await requestOwnAdapter(),
    files: seeded ? seededSource(name) : embeddedFiles(known.name),
    model: known.name,
    seeded,
    size: { width: known.size, height: known.size },
    picture: { name: "examples/street.png", decode },
    dtype,
    runs: RUNS,
    commit,
    place: navigator.userAgent,
    log: onProgress,
  });
}

async function decode(): Promise<ImageBitmap> {
  return createImageBitmap(await fetched("examples/street.png", street), { colorSpaceConversion: "none" });
}

function embeddedFiles(name: string): ModelFiles {
  return {
    name,
    async open(file) {
      const url = EMBEDDED[file];
      return url === undefined ? undefined : blobSource(`${name}/${file}`, await fetched(`${name}/${file}`, url));
    },
  };
}

async function fetched(name: string, url: string): Promise<Blob> {
  const response = await fetch(url);
  if (response.ok) return response.blob();
  throw new FileError(`${name}: want an answer of the server, got ${response.status}. Reload the page.`);
}
