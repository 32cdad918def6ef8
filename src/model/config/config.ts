import type { Activation } from "../../kernels/shared/activation.ts";
import type { BeitConfig } from "../backbones/beit-config.ts";
import type { Dinov2Config } from "../backbones/dinov2.ts";
import type { HybridConfig } from "../backbones/hybrid-config.ts";
import type { Swinv2Config } from "../backbones/swinv2-config.ts";
import type { Tipsv2Config } from "../backbones/tipsv2-config.ts";
import type { VitConfig } from "../backbones/vit.ts";
import type { Colour } from "./class-colours.ts";

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
