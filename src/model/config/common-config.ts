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

/** Fields of DPTConfig before it was published, which few files have; {@link parseRareConfig} knows them. */
export const OLD_NAMES = ["out_indices", "channels", "in_index", "use_batch_norm"] as const;

/** A config.json as most models have it; `undefined` for what {@link parseRareConfig} knows, or nobody. */
export function parseCommonConfig(json: Fields): ModelConfig | undefined {
  const architecture = architectureOf(json);
  if (architecture === "DepthAnythingForDepthEstimation") {
    return json.has("backbone_config") ? { architecture, ...parseDepthAnything(json) } : undefined;
  }
  if (typeof architecture !== "string" || !Object.hasOwn(DPT_TASKS, architecture)) return undefined;
  if (OLD_NAMES.some((field) => json.has(field))) return undefined;
  const task = DPT_TASKS[architecture]!;
  const channels = parseDptChannels(json);
  const backbone = parseCommonBackbone(json, task, channels.length);
  if (!backbone) return undefined;
  return { architecture, backbone, decoders: [parseDptDecoder(json, task, parseReassemble(json, channels))] };
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
function parseCommonBackbone(json: Fields, task: "segmentation" | "depth", stages: number): BackboneConfig | undefined {
  if (isHybrid(json)) return undefined;
  if (!json.has("backbone_config")) return parseVit(json, stages);
  if (task === "segmentation") return undefined;
  const backbone = json.object("backbone_config");
  return (backbone.raw("model_type") ?? "dinov2") === "dinov2" ? parseDinov2(backbone, stages) : undefined;
}

/** Of a backbone that gives tokens; `neck_ignore_stages` means nothing without `is_hybrid`, whatever it says. */
export function parseReassemble(json: Fields, channels: readonly number[]): Omit<ReassembleConfig, "activation"> {
  const readout = json.word("readout_type", ["ignore", "add", "project"], "project");
  return { readout, factors: parseFactors(json, channels.length), channels, ignored: [] };
}

function parseDepthAnything(json: Fields): Omit<ModelConfig, "architecture"> {
  const channels = json.wholes("neck_hidden_sizes", [48, 96, 192, 384], 1);
  const { length: stages } = channels;
  const decoder: DecoderConfig = {
    task: "depth",
    reassemble: { readout: "ignore", activation: "none", factors: parseFactors(json, stages), channels, ignored: [] },
    fusion: { channels: json.whole("fusion_hidden_size", 64), batchNorm: false, bias: true, growth: "next" },
    headInput: parseHeadInput(json, stages),
    head: {
      kind: "depth-anything",
      channels: json.whole("head_hidden_size", 32),
      metric: json.word("depth_estimation_type", ["relative", "metric"], "relative") === "metric",
      maxDepth: json.positive("max_depth", 1),
    },
  };
  return { backbone: parseDinov2(json.object("backbone_config"), stages), decoders: [decoder] };
}
