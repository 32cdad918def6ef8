import { parseConfig } from "../../src/model/config/parse-config.ts";
import { filesFromBlobs } from "../../src/runtime/sources/blob-source.ts";
import type { ModelFiles } from "../../src/runtime/sources/byte-source.ts";
import { type SeededOptions, seededCheckpoint } from "./seeded-checkpoint.ts";
import { type ModelJson, SEEDED_MODELS, type SeededName } from "./seeded-models.ts";
import { seededTensors } from "./seeded-tensors.ts";

/**
 * A model folder with `config.json`, `preprocessor_config.json` and `model.safetensors`, whose weights are drawn from a
 * seed as they are read. Its answers mean nothing; its shapes, bytes and FLOPs are the published model's.
 */
export function seededSource(model: SeededName, options?: SeededOptions): ModelFiles {
  return drawnSource(`seeded ${model}`, SEEDED_MODELS[model], options);
}

/** The same for a model of any sizes. @throws FileError for a config that is none of this project's */
export function drawnSource(name: string, { config, processor }: ModelJson, options?: SeededOptions): ModelFiles {
  const json = filesFromBlobs(name, {
    "config.json": new Blob([JSON.stringify(config)]),
    "preprocessor_config.json": new Blob([JSON.stringify(processor)]),
  });
  const parsed = parseConfig(config);
  const checkpoint = async () => seededCheckpoint(`${name}/model.safetensors`, await seededTensors(parsed), options);
  let made: ReturnType<typeof checkpoint> | undefined;
  return {
    name,
    open: async (file, signal) => {
      if (file !== "model.safetensors") return json.open(file, signal);
      made ??= checkpoint();
      return made;
    },
  };
}
