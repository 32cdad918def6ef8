import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { anything, beit, depth, segmentation, swin } from "./config-fields.ts";

describe("fields that are absent have transformers' defaults", () => {
  const vit = {
    kind: "vit",
    channelsIn: 3,
    patch: 16,
    grid: 24,
    hiddenSize: 768,
    interpolation: "bilinear",
    heads: 12,
    intermediateSize: 3072,
    activation: "gelu",
    epsilon: 1e-12,
    qkvBias: true,
    layers: 12,
    taps: [2, 5, 8, 11],
  };
  const neck = {
    reassemble: {
      readout: "project",
      activation: "gelu",
      factors: [4, 2, 1, 0.5],
      channels: [96, 192, 384, 768],
      ignored: [],
    },
    fusion: { channels: 256, batchNorm: false, bias: true, growth: "double" },
    headInput: 3,
  };

  test("DPTForSemanticSegmentation", () => {
    expect(parseConfig(segmentation)).toEqual({
      architecture: "DPTForSemanticSegmentation",
      backbone: vit,
      decoders: [{ task: "segmentation", ...neck, head: { kind: "segmentation", labels: ["LABEL_0", "LABEL_1"] } }],
    });
  });

  test("DPTForDepthEstimation", () => {
    expect(parseConfig(depth)).toEqual({
      architecture: "DPTForDepthEstimation",
      backbone: vit,
      decoders: [{ task: "depth", ...neck, head: { kind: "depth", addProjection: false } }],
    });
  });

  test("Swinv2Backbone in DPTForDepthEstimation", () => {
    const stage = (depth: number, channels: number, heads: number, window: number, shift: number) => {
      return { depth, channels, heads, window, shift, pretrainedWindow: 0 };
    };
    expect(parseConfig(swin)).toMatchObject({
      backbone: {
        kind: "swinv2",
        channelsIn: 3,
        patch: 4,
        grid: 56,
        stages: [stage(2, 96, 3, 7, 3), stage(2, 192, 6, 7, 3), stage(6, 384, 12, 7, 3), stage(2, 768, 24, 7, 0)],
        hiddenSize: 768,
        layers: 12,
        mlpRatio: 4,
        activation: "gelu",
        epsilon: 1e-5,
        qkvBias: true,
        taps: [1, 2, 3, 4],
      },
      decoders: [
        {
          task: "depth",
          reassemble: { channels: [96, 192, 384, 768], factors: [1, 0.5, 0.25, 0.125], ignored: [0, 1, 2, 3] },
        },
      ],
    });
  });

  test("DepthAnythingForDepthEstimation", () => {
    expect(parseConfig(anything)).toEqual({
      architecture: "DepthAnythingForDepthEstimation",
      backbone: {
        kind: "dinov2",
        channelsIn: 3,
        patch: 14,
        grid: 16,
        hiddenSize: 768,
        interpolation: "bicubic",
        heads: 12,
        mlpRatio: 4,
        swiglu: false,
        activation: "gelu",
        epsilon: 1e-6,
        qkvBias: true,
        layers: 12,
        taps: [2, 5, 8, 11],
        normTaps: true,
      },
      decoders: [
        {
          task: "depth",
          reassemble: {
            readout: "ignore",
            activation: "none",
            factors: [4, 2, 1, 0.5],
            channels: [48, 96, 192, 384],
            ignored: [],
          },
          fusion: { channels: 64, batchNorm: false, bias: true, growth: "next" },
          headInput: 3,
          head: { kind: "depth-anything", channels: 32, metric: false, maxDepth: 1 },
        },
      ],
    });
  });

  test("BeitConfig", () => {
    expect(parseConfig(beit({})).backbone).toEqual({
      kind: "beit",
      channelsIn: 3,
      patch: 16,
      grid: 14,
      hiddenSize: 768,
      positions: false,
      interpolation: "bicubic",
      heads: 12,
      intermediateSize: 3072,
      activation: "gelu",
      epsilon: 1e-12,
      layerScale: true,
      relativeBias: false,
      sharedRelativeBias: false,
      layers: 12,
      taps: [2, 5, 8, 11],
    });
    expect(parseConfig(beit({ layer_scale_init_value: 0 })).backbone).toMatchObject({ layerScale: false });
  });

  test("Tipsv2DptForDensePrediction", () => {
    const { architecture, backbone, decoders } = parseConfig({ architectures: ["Tipsv2DptForDensePrediction"] });
    expect(architecture).toBe("Tipsv2DptForDensePrediction");
    expect(backbone).toEqual({
      kind: "tipsv2",
      channelsIn: 3,
      patch: 14,
      grid: 32,
      hiddenSize: 768,
      interpolation: "bilinear",
      heads: 12,
      mlpRatio: 4,
      swiglu: false,
      activation: "gelu",
      epsilon: 1e-6,
      qkvBias: true,
      registers: 1,
      layers: 12,
      taps: [2, 5, 8, 11],
      normTaps: true,
    });
    const tipsNeck = {
      reassemble: { ...neck.reassemble, activation: "geluTanh" },
      fusion: { channels: 256, batchNorm: false, bias: false, growth: "double" },
      headInput: 3,
    };
    const heads = [
      { kind: "tips-segmentation", labels: ["LABEL_0", "LABEL_1"] },
      { kind: "tips-depth", activation: "relu", bins: 256, minDepth: 0.001, maxDepth: 10 },
      { kind: "tips-normals" },
    ];
    const tasks = ["segmentation", "depth", "normals"];
    expect(decoders).toEqual(heads.map((head, i) => ({ task: tasks[i], ...tipsNeck, head })));
  });

  test("so have those that are null", () => {
    const nulls = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));
    const fields = ["hidden_size", "is_hybrid", "backbone_config", "readout_type", "reassemble_factors", "id2label"];
    const more = ["use_bias_in_fusion_residual", "hidden_act", "head_in_index", "neck_ignore_stages", "qkv_bias"];
    expect(parseConfig({ ...segmentation, ...nulls([...fields, ...more]) })).toEqual(parseConfig(segmentation));
    const backbone_config = { ...anything.backbone_config, ...nulls(["mlp_ratio", "out_features", "patch_size"]) };
    expect(parseConfig({ ...anything, ...nulls(["max_depth"]), backbone_config })).toEqual(parseConfig(anything));
  });

  test("a convolution has a bias of its own where no batch norm brings one, unless the file says otherwise", () => {
    const fusion = (batch: boolean, bias?: boolean) =>
      parseConfig({
        ...segmentation,
        use_batch_norm_in_fusion_residual: batch,
        ...(bias !== undefined && { use_bias_in_fusion_residual: bias }),
      }).decoders[0]!.fusion;
    expect(fusion(true)).toMatchObject({ batchNorm: true, bias: false });
    expect(fusion(false)).toMatchObject({ batchNorm: false, bias: true });
    expect(fusion(true, true)).toMatchObject({ batchNorm: true, bias: true });
    expect(fusion(false, false)).toMatchObject({ batchNorm: false, bias: false });
  });
});
