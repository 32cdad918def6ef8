import { parseBeit } from "../backbones/beit-config.ts";
import { type HybridConfig, parseHybrid } from "../backbones/hybrid-config.ts";
import { parseSwinv2, type Swinv2Config, swinv2Widths } from "../backbones/swinv2-config.ts";
import { parseTipsv2 } from "../backbones/tipsv2-config.ts";
import { parseActivation } from "./activations.ts";
import { architectureOf, isHybrid, OLD_NAMES, parseCommonConfig, parseReassemble } from "./common-config.ts";
import type { HeadConfig, ModelConfig, ReassembleConfig, Task } from "./config.ts";
import { Fields } from "./fields.ts";
import { parseClasses, parseDptChannels, parseDptDecoder, parseFactors } from "./neck-config.ts";

type Parts = Omit<ModelConfig, "architecture">;

/** What DepthAnythingConfig takes where no `backbone_config` is given. */
const SMALL_DINOV2 = { image_size: 518, hidden_size: 384, num_attention_heads: 6, out_indices: [9, 10, 11, 12] };

const PARSERS: Readonly<Record<string, (json: Fields) => Parts>> = {
  DPTForSemanticSegmentation: (json) => {
    // transformers cannot build it with another backbone than its own ViT and its own hybrid.
    if (!isHybrid(json)) {
      const kind = json.object("backbone_config").raw("model_type");
      throw json.wrong("backbone_config", "absent in this architecture", kind ?? json.raw("backbone_config"));
    }
    return parseDpt(json, "segmentation");
  },
  DPTForDepthEstimation: (json) => parseDpt(json, "depth"),
  DepthAnythingForDepthEstimation: (json) => parseCommonConfig(json.with({ backbone_config: SMALL_DINOV2 }))!,
  Tipsv2DptForDensePrediction: (json) => parseTipsv2Dpt(json, ["segmentation", "depth", "normals"]),
  Tipsv2DptForSemanticSegmentation: (json) => parseTipsv2Dpt(json, ["segmentation"]),
  Tipsv2DptForDepthEstimation: (json) => parseTipsv2Dpt(json, ["depth"]),
  Tipsv2DptForNormalEstimation: (json) => parseTipsv2Dpt(json, ["normals"]),
};

/**
 * A config.json that {@link parseCommonConfig} does not know.
 * @throws FileError naming the architecture or the field that is wrong or not supported
 */
export function parseRareConfig(json: Fields): ModelConfig {
  if (OLD_NAMES.some((field) => json.has(field))) {
    const renamed = withNewNames(json);
    return parseCommonConfig(renamed) ?? parseRareConfig(renamed);
  }
  const architecture = architectureOf(json);
  if (typeof architecture !== "string" || !Object.hasOwn(PARSERS, architecture)) {
    throw json.wrong(
      "architectures",
      `one of ${Object.keys(PARSERS).join(", ")}`,
      architecture ?? json.raw("model_type"),
    );
  }
  return { architecture, ...PARSERS[architecture]!(json) };
}

const NEW_NAMES: Readonly<Record<(typeof OLD_NAMES)[number], string>> = {
  out_indices: "backbone_out_indices",
  channels: "fusion_hidden_size",
  in_index: "head_in_index",
  use_batch_norm: "use_batch_norm_in_fusion_residual",
};

/** Old fields for those that the file does not have by their new names; transformers itself passes over them. */
function withNewNames(json: Fields): Fields {
  const renamed = OLD_NAMES.map((old) => [NEW_NAMES[old], json.raw(NEW_NAMES[old]) ?? json.raw(old)]);
  return json.with({ ...Object.fromEntries(renamed), ...Object.fromEntries(OLD_NAMES.map((old) => [old, undefined])) });
}

function parseDpt(json: Fields, task: "segmentation" | "depth"): Parts {
  const [backbone, reassemble] = parseBackbone(json);
  return { backbone, decoders: [parseDptDecoder(json, task, reassemble)] };
}

/** With what the neck makes of it. */
function parseBackbone(json: Fields): readonly [Parts["backbone"], Omit<ReassembleConfig, "activation">] {
  const channels = parseDptChannels(json);
  if (isHybrid(json)) {
    const hybrid = parseHybrid(json, channels.length);
    return [hybrid, besideMaps(json, hybrid, channels)];
  }
  const fields = json.object("backbone_config");
  if (fields.word("model_type", ["dinov2", "beit", "swinv2"], "dinov2") === "beit") {
    return [parseBeit(fields, channels.length), parseReassemble(json, channels)];
  }
  const swin = parseSwinv2(fields, channels.length);
  return [swin, passedOn(json, swin, channels)];
}

/** The hybrid's first maps pass as they are. */
function besideMaps(
  json: Fields,
  backbone: HybridConfig,
  channels: readonly number[],
): Omit<ReassembleConfig, "activation"> {
  const factors = parseFactors(json, channels.length);
  const ignored = json.numbers("neck_ignore_stages", [0, 1]).toSorted();
  if (ignored.join() !== "0,1") throw json.wrong("neck_ignore_stages", "[0, 1] with is_hybrid", ignored);
  const maps = backbone.bit.stages.slice(0, ignored.length).map((stage) => stage.channels);
  if (maps.some((c, i) => c !== channels[i])) {
    throw json.wrong("neck_hidden_sizes", `${maps.join(", ")} first, as the backbone has them`, channels);
  }
  const readout = json.word("readout_type", ["project"], "project");
  // The maps that pass as they are lie at 4 and 2 times the grid of patches, whatever the file says of them.
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
  // Relative to the grid of patches: each stage of Swin halves it.
  const factors = backbone.taps.map((tap) => 0.5 ** Math.max(tap - 1, 0));
  return { readout: "ignore", factors, channels, ignored: channels.map((_, i) => i) };
}

/** Each task has a neck of its own, all alike. */
function parseTipsv2Dpt(json: Fields, tasks: readonly Task[]): Omit<ModelConfig, "architecture"> {
  const channels = parseDptChannels(json);
  const neck = {
    reassemble: {
      readout: "project",
      activation: parseActivation(json, "readout_activation", "gelu_pytorch_tanh"),
      factors: parseFactors(json, channels.length),
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
    backbone: parseTipsv2(backbone, channels.length),
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
