import { parseDinov2 } from "../backbones/dinov2.ts";
import { parseVit } from "../backbones/vit.ts";
import type { BackboneConfig, DecoderConfig, ModelConfig, ReassembleConfig } from "./config.ts";
import type { Fields } from "./fields.ts";
import { parseDptChannels, parseDptDecoder, parseFactors, parseHeadInput } from "./neck-config.ts";

/** By the architecture; what is common to the whole family is that its own ViT or DINOv2 is the backbone. */
const DPT_TASKS: Readonly<Record<string, "segmentation" | "depth">> = {
  DPTForSemanticSegmentation: "segmentation",
  DPTForDepthEstimation: "depth",
};

/** A config.json as most models have it; `undefined` for what {@link parseRareConfig} knows, or nobody. */
export function parseCommonConfig(json: Fields): ModelConfig | undefined {
  const architecture = architectureOf(json);
  if (architecture === "DepthAnythingForDepthEstimation") return { architecture, ...parseDepthAnything(json) };
  if (typeof architecture !== "string" || !Object.hasOwn(DPT_TASKS, architecture)) return undefined;
  const task = DPT_TASKS[architecture]!;
  const backbone = parseCommonBackbone(json, task);
  if (!backbone) return undefined;
  return { architecture, backbone, decoders: [parseDptDecoder(json, task, parseReassemble(json))] };
}

/** The first of `architectures`, whatever it is. */
export function architectureOf(json: Fields): unknown {
  const architectures = json.raw("architectures");
  return Array.isArray(architectures) ? architectures[0] : architectures;
}

/** Whether a DPTConfig is of the hybrid; the script that converted the first ones wrote `embedding_type` instead. */
export function isHybrid(json: Fields): boolean {
  const hybrid = json.has("embedding_type") && json.word("embedding_type", ["hybrid"], "hybrid") === "hybrid";
  return json.boolean("is_hybrid", hybrid);
}

/** A `backbone_config` is part of the hybrid, or replaces the class's own ViT, in models for depth. */
function parseCommonBackbone(json: Fields, task: "segmentation" | "depth"): BackboneConfig | undefined {
  if (isHybrid(json)) return undefined;
  if (!json.has("backbone_config")) return parseVit(json);
  if (task === "segmentation") return undefined;
  const backbone = json.object("backbone_config");
  return (backbone.raw("model_type") ?? "dinov2") === "dinov2" ? parseDinov2(backbone) : undefined;
}

/** Of a backbone that gives tokens. */
export function parseReassemble(json: Fields): Omit<ReassembleConfig, "activation"> {
  const factors = parseFactors(json);
  if (json.numbers("neck_ignore_stages", [], stageCount(json)).length > 0) {
    throw json.wrong("neck_ignore_stages", "empty without is_hybrid", json.raw("neck_ignore_stages"));
  }
  const readout = json.word("readout_type", ["ignore", "add", "project"], "project");
  return { readout, factors, channels: parseDptChannels(json), ignored: [] };
}

/** A list that should be empty is read with the length it has, so that its error says what it holds. */
function stageCount(json: Fields): number {
  const stages = json.raw("neck_ignore_stages");
  return Array.isArray(stages) ? stages.length : 0;
}

function parseDepthAnything(json: Fields): Omit<ModelConfig, "architecture"> {
  const channels = json.numbers("neck_hidden_sizes", [48, 96, 192, 384]);
  const decoder: DecoderConfig = {
    task: "depth",
    reassemble: { readout: "ignore", activation: "none", factors: parseFactors(json), channels, ignored: [] },
    fusion: { channels: json.whole("fusion_hidden_size", 64), batchNorm: false, bias: true, growth: "next" },
    headInput: parseHeadInput(json, channels.length),
    head: {
      kind: "depth-anything",
      channels: json.whole("head_hidden_size", 32),
      metric: json.word("depth_estimation_type", ["relative", "metric"], "relative") === "metric",
      maxDepth: json.positive("max_depth", 1),
    },
  };
  return { backbone: parseDinov2(json.object("backbone_config")), decoders: [decoder] };
}
