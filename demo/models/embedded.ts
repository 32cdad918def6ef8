import depthConfig from "../../weights/depth-anything-v2-small/config.json?url";
import depthWeights from "../../weights/depth-anything-v2-small/model.safetensors?url";
import depthProcessor from "../../weights/depth-anything-v2-small/preprocessor_config.json?url";
import camvidConfig from "../../weights/dpt-small-camvid/config.json?url";
import camvidWeights from "../../weights/dpt-small-camvid/model.safetensors?url";
import camvidProcessor from "../../weights/dpt-small-camvid/preprocessor_config.json?url";
import type { PageTask } from "../settings/settings.ts";

/** A model that is served beside the page. */
export interface EmbeddedModel {
  readonly name: string;
  readonly task: PageTask;
  /** For whoever chooses. */
  readonly words: string;
  /** Addresses by file; they change with the content, so what was kept under one is what it was. */
  readonly urls: Readonly<Record<string, string>>;
}

export const EMBEDDED: readonly EmbeddedModel[] = [
  {
    name: "dpt-small-camvid",
    task: "segmentation",
    words: "DPT Small, streets in 11 classes",
    urls: {
      "config.json": camvidConfig,
      "preprocessor_config.json": camvidProcessor,
      "model.safetensors": camvidWeights,
    },
  },
  {
    name: "depth-anything-v2-small",
    task: "depth",
    words: "Depth Anything V2 Small",
    urls: {
      "config.json": depthConfig,
      "preprocessor_config.json": depthProcessor,
      "model.safetensors": depthWeights,
    },
  },
];

export function embeddedModel(name: string): EmbeddedModel | undefined {
  return EMBEDDED.find((model) => model.name === name);
}

export function embeddedFor(task: PageTask): EmbeddedModel {
  return EMBEDDED.find((model) => model.task === task)!;
}
