import { type Checkpoint, openCheckpoint, openPickled } from "../runtime/checkpoints/checkpoint.ts";
import { FileError } from "../runtime/errors.ts";
import { loadPart } from "../runtime/load-part.ts";
import { quote } from "../runtime/quote.ts";
import type { ModelFiles } from "../runtime/sources/byte-source.ts";
import { type JsonObject, readJson } from "../runtime/sources/read-json.ts";
import { isSingleFile } from "../runtime/sources/single-file.ts";
import type { ModelConfig } from "./config/config.ts";
import { readConfig } from "./config/read-config.ts";
import { type Antialias, type Processor, parseProcessor } from "./pictures/processor.ts";

export interface OpenFolderOptions {
  /** Whose resizing of pictures; Pillow's if left out. */
  readonly antialias?: Antialias | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a model folder says and holds; of the weights only the tables are read. */
export interface ModelFolder {
  readonly config: ModelConfig;
  /** `undefined` for a folder of transformers without preprocessor_config.json. */
  readonly processor: Processor | undefined;
  readonly checkpoint: Checkpoint;
  /** config.json and preprocessor_config.json, made where the folder has none. */
  readonly json: { readonly config: JsonObject; readonly processor: JsonObject | undefined };
}

/**
 * Opens a model folder as it lies on the Hugging Face hub (config.json, preprocessor_config.json, weights), or one
 * checkpoint as the paper's authors released it (isl-org/DPT: one `.pt` and nothing that describes it).
 * @throws FileError for what is missing or wrong
 */
export async function openFolder(files: ModelFiles, options: OpenFolderOptions = {}): Promise<ModelFolder> {
  const { antialias, signal } = { ...options };
  const config = await readJson(files, "config.json", { signal });
  const paper = config ? undefined : await openPaper(files, signal);
  if (paper) {
    const [{ paperJson }, { withTransformersNames }] = await loadPart(
      Promise.all([import("./config/paper-config.ts"), import("./config/paper-names.ts")]),
    );
    const made = paperJson(paper);
    const processor = (await readJson(files, "preprocessor_config.json", { signal })) ?? made.processor;
    const json = { config: made.config, processor };
    return {
      config: await readConfig(made.config),
      processor: parseProcessor(processor, antialias),
      checkpoint: withTransformersNames(paper),
      json,
    };
  }
  const json = config ?? (await readJson(files, "config.json", { required: true, signal }));
  const [parsed, processor] = await Promise.all([
    readConfig(json),
    readJson(files, "preprocessor_config.json", { signal }),
  ]);
  const checkpoint = await openCheckpoint(files, signal);
  const isBeit = parsed.backbone.kind === "beit";
  return {
    config: parsed,
    processor: processor && parseProcessor(processor, antialias),
    checkpoint: isBeit ? (await loadPart(import("./config/beit-names.ts"))).withShortNames(checkpoint) : checkpoint,
    json: { config: json, processor },
  };
}

/** The only `.pt` of a folder; `undefined` if there is none. */
async function openPaper(files: ModelFiles, signal?: AbortSignal): Promise<Checkpoint | undefined> {
  const found = ((await files.list?.(signal)) ?? []).filter(isSingleFile);
  if (found.length > 1) {
    throw new FileError(
      `${files.name}: want config.json or one .pt, got ${found.length} of them: ${found.join(", ")}. Name the file itself.`,
    );
  }
  const [file] = found;
  if (file === undefined) return undefined;
  const { hasPaperNames } = await loadPart(import("./config/paper-names.ts"));
  const checkpoint = await openPickled(files, file, signal);
  if (hasPaperNames(checkpoint.tensors)) return checkpoint;
  const [name] = checkpoint.tensors.keys();
  throw new FileError(
    `${files.name}: want config.json beside ${file}, or tensors named as in isl-org/DPT ("scratch.refinenet1.…"), ` +
      `got ${quote(name)}. Only that release is known without config.json.`,
  );
}
