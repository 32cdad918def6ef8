import type { Activation } from "../kernels/shared/activation.ts";
import { parseActivation } from "./activations.ts";
import { type BeitConfig, parseBeit } from "./backbones/beit-config.ts";
import { type Dinov2Config, parseDinov2 } from "./backbones/dinov2.ts";
import { type HybridConfig, isHybrid, parseHybrid } from "./backbones/hybrid-config.ts";
import { parseSwinv2, type Swinv2Config, swinv2Widths } from "./backbones/swinv2-config.ts";
import { parseTipsv2, type Tipsv2Config } from "./backbones/tipsv2.ts";
import { parseVit, type VitConfig } from "./backbones/vit.ts";
import { type Colour, parseColours } from "./class-colours.ts";
import { Fields } from "./fields.ts";

export type BackboneConfig = VitConfig | HybridConfig | Dinov2Config | BeitConfig | Swinv2Config | Tipsv2Config;

/** How the class token enters the maps: not at all, added to every token, or projected together with each. */
export type Readout = "ignore" | "add" | "project";

/** From the backbone's tokens to maps of four resolutions. */
export interface ReassembleConfig {
  readonly readout: Readout;
  readonly activation: Activation;
  /** Scale of each stage's map against the patch grid. */
  readonly factors: readonly number[];
  /** Channels of each stage's map. */
  readonly channels: readonly number[];
  /** Stages whose tap is a map already and passes as it is (`neck_ignore_stages`; all of Swin's). */
  readonly ignored: readonly number[];
}

/** From the maps to one, coarse to fine. */
export interface FusionConfig {
  /** F. */
  readonly channels: number;
  readonly batchNorm: boolean;
  /** Whether the convolutions of the residual units have a bias of their own. */
  readonly bias: boolean;
  /** What the projected maps grow to: twice their size, or the size of the next map. */
  readonly growth: "double" | "next";
}

export interface SegmentationHeadConfig {
  readonly kind: "segmentation";
  /** Class names by id. */
  readonly labels: readonly string[];
  /** By id, if config.json has them. */
  readonly colours?: readonly Colour[];
}

/** DPTDepthEstimationHead. */
export interface DepthHeadConfig {
  readonly kind: "depth";
  readonly addProjection: boolean;
}

/** DepthAnythingDepthEstimationHead. */
export interface DepthAnythingHeadConfig {
  readonly kind: "depth-anything";
  readonly channels: number;
  /** Metres, at most `maxDepth`; or relative inverse depth. */
  readonly metric: boolean;
  readonly maxDepth: number;
}

/** The Tipsv2DptDecoder of segmentation, whose logits have the size of the fused map. */
export interface TipsSegmentationHeadConfig {
  readonly kind: "tips-segmentation";
  /** Class names by id. */
  readonly labels: readonly string[];
  /** By id, if config.json has them. */
  readonly colours?: readonly Colour[];
}

/** The Tipsv2DptDecoder of depth and its Tipsv2DptFeaturesToDepth: metres, by evenly spaced bins. */
export interface TipsDepthHeadConfig {
  readonly kind: "tips-depth";
  /** After the 3×3 convolution. */
  readonly activation: Activation;
  readonly bins: number;
  readonly minDepth: number;
  readonly maxDepth: number;
}

/** The Tipsv2DptDecoder of surface normals. */
export interface TipsNormalsHeadConfig {
  readonly kind: "tips-normals";
}

export type HeadConfig =
  | SegmentationHeadConfig
  | DepthHeadConfig
  | DepthAnythingHeadConfig
  | TipsSegmentationHeadConfig
  | TipsDepthHeadConfig
  | TipsNormalsHeadConfig;

/** What a decoder tells of every pixel. */
export type Task = "segmentation" | "depth" | "normals";

/** From what the backbone gives to the answer of one task. */
export interface DecoderConfig {
  readonly task: Task;
  readonly reassemble: ReassembleConfig;
  readonly fusion: FusionConfig;
  /** Which fused map the head takes, counted from the coarsest. */
  readonly headInput: number;
  readonly head: HeadConfig;
}

/** A model of the DPT family, with its class's defaults filled in. */
export interface ModelConfig {
  readonly architecture: string;
  readonly backbone: BackboneConfig;
  /** At least one; each for another task. */
  readonly decoders: readonly DecoderConfig[];
}

/** The decoder of a task; undefined if the model has none for it. */
export function decoderOf({ decoders }: ModelConfig, task: Task): DecoderConfig | undefined {
  return decoders.find((decoder) => decoder.task === task);
}

/** Class names by id; undefined if the model does not segment. */
export function labelsOf(config: ModelConfig): readonly string[] | undefined {
  const head = decoderOf(config, "segmentation")?.head;
  return head && "labels" in head ? head.labels : undefined;
}

/** Colours of the classes by id; undefined if the model does not segment, or config.json has none. */
export function coloursOf(config: ModelConfig): readonly Colour[] | undefined {
  const head = decoderOf(config, "segmentation")?.head;
  return head && "labels" in head ? head.colours : undefined;
}

/** By the `model_type` of a `backbone_config`. */
const BACKBONES = { dinov2: parseDinov2, beit: parseBeit, swinv2: parseSwinv2 } as const;

const PARSERS: Readonly<Record<string, (json: Fields) => Omit<ModelConfig, "architecture">>> = {
  DPTForSemanticSegmentation: (json) => {
    // transformers cannot build it with another backbone than its own ViT and its own hybrid.
    if (json.has("backbone_config") && !isHybrid(json)) {
      const kind = json.object("backbone_config").raw("model_type");
      throw json.wrong("backbone_config", "absent in this architecture", kind ?? json.raw("backbone_config"));
    }
    const backbone = parseDptBackbone(json);
    const head = { kind: "segmentation", ...parseClasses(json) } as const;
    return { backbone, decoders: [{ task: "segmentation", ...parseDptNeck(json, backbone), head }] };
  },
  DPTForDepthEstimation: (json) => {
    const backbone = parseDptBackbone(json);
    const head = { kind: "depth", addProjection: json.boolean("add_projection", false) } as const;
    return { backbone, decoders: [{ task: "depth", ...parseDptNeck(json, backbone), head }] };
  },
  DepthAnythingForDepthEstimation: parseDepthAnything,
  Tipsv2DptForDensePrediction: (json) => parseTipsv2Dpt(json, ["segmentation", "depth", "normals"]),
  Tipsv2DptForSemanticSegmentation: (json) => parseTipsv2Dpt(json, ["segmentation"]),
  Tipsv2DptForDepthEstimation: (json) => parseTipsv2Dpt(json, ["depth"]),
  Tipsv2DptForNormalEstimation: (json) => parseTipsv2Dpt(json, ["normals"]),
};

/**
 * Reads a config.json of transformers. Fields that only training uses are passed over.
 * @throws FileError naming the architecture or the field that is wrong or not supported
 */
export function parseConfig(json: unknown): ModelConfig {
  const fields = new Fields("config.json", json);
  const architectures = fields.raw("architectures");
  const architecture = Array.isArray(architectures) ? architectures[0] : architectures;
  if (typeof architecture !== "string" || !Object.hasOwn(PARSERS, architecture)) {
    const known = Object.keys(PARSERS).join(", ");
    throw fields.wrong("architectures", `one of ${known}`, architecture ?? fields.raw("model_type"));
  }
  return { architecture, ...PARSERS[architecture]!(fields) };
}

function parseDptNeck(json: Fields, backbone: BackboneConfig): Omit<DecoderConfig, "task" | "head"> {
  const batchNorm = json.boolean("use_batch_norm_in_fusion_residual", false);
  const channels = json.numbers("neck_hidden_sizes", [96, 192, 384, 768]);
  return {
    reassemble: { ...parseReassemble(json, backbone, channels), activation: parseActivation(json, "hidden_act") },
    fusion: {
      channels: json.whole("fusion_hidden_size", 256),
      batchNorm,
      bias: json.boolean("use_bias_in_fusion_residual", !batchNorm),
      growth: "double",
    },
    headInput: parseHeadInput(json, channels.length),
  };
}

function parseReassemble(
  json: Fields,
  backbone: BackboneConfig,
  channels: readonly number[],
): Omit<ReassembleConfig, "activation"> {
  if (backbone.kind === "swinv2") return passedOn(json, backbone, channels);
  const factors = parseFactors(json);
  if (backbone.kind !== "hybrid") {
    if (json.numbers("neck_ignore_stages", [], stageCount(json)).length > 0) {
      throw json.wrong("neck_ignore_stages", "empty without is_hybrid", json.raw("neck_ignore_stages"));
    }
    const readout = json.word("readout_type", ["ignore", "add", "project"], "project");
    return { readout, factors, channels, ignored: [] };
  }
  const ignored = json.numbers("neck_ignore_stages", [0, 1]).toSorted();
  if (ignored.join() !== "0,1") throw json.wrong("neck_ignore_stages", "[0, 1] with is_hybrid", ignored);
  const maps = backbone.bit.stages.slice(0, ignored.length).map((stage) => stage.channels);
  if (maps.some((c, i) => c !== channels[i])) {
    throw json.wrong("neck_hidden_sizes", `${maps.join(", ")} first, as the backbone has them`, channels);
  }
  const readout = json.word("readout_type", ["project"], "project");
  // Whatever the file says of the maps that pass as they are, these are what they have.
  return { readout, factors: [4, 2, ...factors.slice(ignored.length)], channels, ignored };
}

/** Swin's maps go to the neck's convolutions as they are: DPTNeck has no reassemble stage then. */
function passedOn(
  json: Fields,
  backbone: Swinv2Config,
  channels: readonly number[],
): Omit<ReassembleConfig, "activation"> {
  const widths = swinv2Widths(backbone);
  if (widths.join() !== channels.join())
    throw json.wrong("neck_hidden_sizes", `the backbone's ${widths.join(", ")}`, channels);
  // Against the patches, as the taps are spaced.
  const factors = backbone.taps.map((tap) => 0.5 ** Math.max(tap - 1, 0));
  return { readout: "ignore", factors, channels, ignored: channels.map((_, i) => i) };
}

/** A list that should be empty is read with the length it has, so that its error says what it holds. */
function stageCount(json: Fields): number {
  const stages = json.raw("neck_ignore_stages");
  return Array.isArray(stages) ? stages.length : 0;
}

/** A `backbone_config` is part of the hybrid, or replaces the class's own ViT. */
function parseDptBackbone(json: Fields): BackboneConfig {
  if (isHybrid(json)) return parseHybrid(json);
  if (!json.has("backbone_config")) return parseVit(json);
  const backbone = json.object("backbone_config");
  return BACKBONES[backbone.word("model_type", ["dinov2", "beit", "swinv2"], "dinov2")](backbone);
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

/** Each task has a neck of its own, all alike. */
function parseTipsv2Dpt(json: Fields, tasks: readonly Task[]): Omit<ModelConfig, "architecture"> {
  const channels = json.numbers("neck_hidden_sizes", [96, 192, 384, 768]);
  const neck = {
    reassemble: {
      readout: "project",
      activation: parseActivation(json, "readout_activation", "gelu_pytorch_tanh"),
      factors: parseFactors(json),
      channels,
      ignored: [],
    },
    fusion: { channels: json.whole("fusion_hidden_size", 256), batchNorm: false, bias: false, growth: "double" },
    headInput: channels.length - 1,
  } as const;
  const backbone = json.has("backbone_config")
    ? json.object("backbone_config")
    : new Fields("config.json", { out_indices: [3, 6, 9, 12] });
  return {
    backbone: parseTipsv2(backbone),
    decoders: tasks.map((task) => ({ task, ...neck, head: parseTipsv2Head(json, task) })),
  };
}

function parseTipsv2Head(json: Fields, task: Task): HeadConfig {
  if (task === "segmentation") return { kind: "tips-segmentation", ...parseClasses(json) };
  if (task === "normals") return { kind: "tips-normals" };
  const minDepth = json.positive("min_depth", 0.001);
  const maxDepth = json.positive("max_depth", 10);
  if (maxDepth < minDepth) throw json.wrong("max_depth", `at least min_depth, ${minDepth}`, maxDepth);
  return {
    kind: "tips-depth",
    activation: parseActivation(json, "depth_decoder_activation", "relu"),
    bins: json.whole("num_depth_bins", 256),
    minDepth,
    maxDepth,
  };
}

function parseFactors(json: Fields): readonly number[] {
  const factors = json.numbers("reassemble_factors", [4, 2, 1, 0.5]);
  const isSupported = (factor: number) => factor > 0 && Number.isInteger(factor > 1 ? factor : 1 / factor);
  if (!factors.every(isSupported)) throw json.wrong("reassemble_factors", "whole numbers or 1 over one", factors);
  return factors;
}

/** `-1`, the finest, as Python counts from the end. */
function parseHeadInput(json: Fields, stages: number): number {
  const index = json.whole("head_in_index", -1, -stages);
  if (index >= stages) throw json.wrong("head_in_index", `a number below ${stages}`, index);
  return index < 0 ? index + stages : index;
}

function parseClasses(json: Fields): Pick<SegmentationHeadConfig, "labels" | "colours"> {
  const labels = parseLabels(json);
  const colours = parseColours(json, labels.length);
  return { labels, ...(colours && { colours }) };
}

/** `id2label` if there is one; otherwise `LABEL_0 …`, two of them unless `num_labels` says how many. */
function parseLabels(json: Fields): readonly string[] {
  if (!json.has("id2label")) {
    // Labels are stored in 16 bits, of which one number says that there is none.
    return Array.from({ length: json.whole("num_labels", 2, 1, 65_535) }, (_, id) => `LABEL_${id}`);
  }
  const names = json.raw("id2label") as Readonly<Record<string, unknown>>;
  const isNamed = typeof names === "object" && Object.keys(names).length > 0;
  const labels = isNamed ? Object.keys(names).map((_, id) => names[id]) : [];
  if (!isNamed || !labels.every((label) => typeof label === "string")) {
    throw json.wrong("id2label", 'an object from "0", "1", … to names', names);
  }
  return labels;
}
