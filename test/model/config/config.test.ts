import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { FileError } from "../../../src/runtime/errors.ts";

const segmentation = { architectures: ["DPTForSemanticSegmentation"] };
const depth = { architectures: ["DPTForDepthEstimation"] };
const swin = {
  ...depth,
  backbone_config: { model_type: "swinv2", out_features: ["stage1", "stage2", "stage3", "stage4"] },
};
const tips = { architectures: ["Tipsv2DptForDensePrediction"] };
const anything = {
  architectures: ["DepthAnythingForDepthEstimation"],
  backbone_config: { model_type: "dinov2", out_indices: [3, 6, 9, 12] },
};

/** A `backbone_config` of BEiT's. */
const beit = (fields: object) => ({
  ...depth,
  backbone_config: { model_type: "beit", reshape_hidden_states: false, out_indices: [3, 6, 9, 12], ...fields },
});

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

const hybrid = {
  architectures: ["DPTForDepthEstimation"],
  is_hybrid: true,
  backbone_out_indices: [0, 1, 8, 11],
  neck_hidden_sizes: [256, 512, 768, 768],
  reassemble_factors: [1, 1, 1, 0.5],
};
const bit = {
  model_type: "bit",
  depths: [3, 4, 9],
  embedding_dynamic_padding: true,
  global_padding: "SAME",
  layer_type: "bottleneck",
  out_features: ["stage1", "stage2", "stage3"],
};

describe("reads the hybrid", () => {
  const backbone = (fields: object) => parseConfig({ ...hybrid, ...fields }).backbone;
  const bitOf = (fields: object, more: object = {}) => {
    const read = backbone({ ...more, backbone_config: { ...bit, ...fields } });
    return read.kind === "hybrid" ? read.bit : undefined;
  };

  test("as dpt-hybrid-midas has it: two maps of BiT, and tokens after the last two of the blocks listed", () => {
    const stages = [
      { channels: 256, depth: 3 },
      { channels: 512, depth: 4 },
      { channels: 1024, depth: 9 },
    ];
    const read = parseConfig({ ...hybrid, backbone_config: bit });
    expect(read).toMatchObject({
      backbone: {
        kind: "hybrid",
        patch: 16,
        grid: 24,
        hiddenSize: 768,
        taps: [8, 11],
        bit: {
          channelsIn: 3,
          stem: 64,
          stages,
          preactivation: false,
          activation: "relu",
          groups: 32,
          paddedPool: true,
        },
      },
      decoders: [
        {
          reassemble: { readout: "project", factors: [4, 2, 1, 0.5], channels: [256, 512, 768, 768], ignored: [0, 1] },
        },
      ],
    });
    expect(parseConfig(hybrid)).toEqual(read);
    expect(parseConfig({ ...hybrid, is_hybrid: undefined, embedding_type: "hybrid" })).toEqual(read);
    expect(parseConfig({ ...hybrid, ...segmentation }).backbone).toEqual(read.backbone);
    expect(backbone({ backbone_out_indices: [11, 11, 9, 5] })).toMatchObject({ taps: [5, 9] });
  });

  test("what BitConfig says, with its defaults", () => {
    const own = { depths: null, layer_type: null, embedding_dynamic_padding: null, out_features: null };
    const least = bitOf({ ...own, out_indices: [1, 2, 3] });
    expect(least).toMatchObject({ preactivation: true, paddedPool: false, stages: [{ depth: 3 }, { depth: 4 }, {}] });
    const narrow = { neck_hidden_sizes: [40, 80, 768, 768], backbone_featmap_shape: [1, 160, 24, 24] };
    const small = { hidden_sizes: [64, 130, 256], width_factor: 0.62, num_groups: 8, embedding_size: 24 };
    expect(bitOf({ ...small, hidden_act: "silu" }, narrow)).toMatchObject({
      activation: "silu",
      stem: 24,
      // transformers' make_div: 39.7 to the nearest 8, 80.6, 158.7.
      stages: [{ channels: 40 }, { channels: 80 }, { channels: 160 }],
    });
  });
});

describe("reads", () => {
  test.each([
    ["dpt-small-camvid", "sky", 11],
    ["depth-anything-v2-small", undefined, 0],
  ])("%s as it is published", (name, first, count) => {
    const { backbone, decoders } = parseConfig(JSON.parse(readFileSync(`weights/${name}/config.json`, "utf8")));
    expect(backbone).toMatchObject({ hiddenSize: 384, heads: 6, layers: 12, patch: 14, grid: 37, taps: [2, 5, 8, 11] });
    const head = decoders[0]!.head;
    const labels = head.kind === "segmentation" ? head.labels : [];
    expect([labels[0], labels.length]).toEqual([first, count]);
  });

  test("colours by id, in the forms that people write", () => {
    const headOf = (json: object) => parseConfig({ ...segmentation, ...json }).decoders[0]!.head;
    const [first, second] = [
      [1, 2, 255],
      [0, 128, 4],
    ];
    for (const own of [
      { id2color: { "1": "#008004", "0": first } },
      { palette: ["#0102FF", second] },
      { id2color: { "0": first, "1": second }, palette: "other" },
    ]) {
      expect(headOf({ num_labels: 2, ...own })).toMatchObject({ colours: [first, second] });
    }
    expect(headOf({ num_labels: 2 })).not.toHaveProperty("colours");
  });

  test("labels by id, however the file orders them", () => {
    const names = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [String(11 - i), `class ${11 - i}`]));
    const headOf = (fields: object) => parseConfig({ ...segmentation, ...fields }).decoders[0]!.head;
    expect(headOf({ id2label: names, num_labels: 3 })).toEqual({
      kind: "segmentation",
      labels: Array.from({ length: 12 }, (_, i) => `class ${i}`),
    });
    expect(headOf({ num_labels: 3 })).toEqual({ kind: "segmentation", labels: ["LABEL_0", "LABEL_1", "LABEL_2"] });
  });

  test("taps in the order of the blocks, by index, from the end and by name", () => {
    const taps = (backbone_config: object) => parseConfig({ ...anything, backbone_config }).backbone.taps;
    expect(taps({ out_indices: [12, 3, 9, 6] })).toEqual([2, 5, 8, 11]);
    expect(taps({ out_indices: [-1, -2, -3, -12] })).toEqual([0, 9, 10, 11]);
    expect(taps({ out_features: ["stage1", "stage2", "stage5", "stage12"] })).toEqual([0, 1, 4, 11]);
    expect(parseConfig({ ...segmentation, backbone_out_indices: [11, 0, 5, 3] }).backbone.taps).toEqual([0, 3, 5, 11]);
  });

  test("as many stages as neck_hidden_sizes has, with the first of the factors", () => {
    const [hidden, three] = [{ neck_hidden_sizes: [24, 32, 48] }, [2, 5, 8]];
    const stages = { channels: [24, 32, 48], factors: [4, 2, 1] };
    const read = parseConfig({ ...segmentation, ...hidden, backbone_out_indices: three });
    expect(read).toMatchObject({ backbone: { taps: three }, decoders: [{ reassemble: stages, headInput: 2 }] });
    const backbone_config = { ...anything.backbone_config, out_indices: [3, 6, 9] };
    const other = parseConfig({ ...anything, ...hidden, backbone_config });
    expect(other).toMatchObject({ backbone: { taps: three }, decoders: [{ reassemble: stages, headInput: 2 }] });
    const factors = (reassemble_factors: number[]) =>
      parseConfig({ ...segmentation, reassemble_factors }).decoders[0]!.reassemble.factors;
    expect(factors([4, 2, 1, 0.3333, 7])).toEqual([4, 2, 1, 0.3333]);
  });

  test("sides as lists of height and width, and neck_ignore_stages where it means nothing", () => {
    const lists = { image_size: [384, 384], patch_size: [16, 16], neck_ignore_stages: [0, 1] };
    expect(parseConfig({ ...segmentation, ...lists })).toEqual(parseConfig(segmentation));
  });

  test("fields by the names that they had before transformers had the class", () => {
    const old = { out_indices: [5, 11, 17, 23], channels: 64, in_index: 1, use_batch_norm: true };
    const fields = { ...segmentation, num_hidden_layers: 24 };
    const read = parseConfig({ ...fields, ...old });
    expect(read.backbone.taps).toEqual(old.out_indices);
    expect(read.decoders[0]).toMatchObject({ fusion: { channels: 64, batchNorm: true, bias: false }, headInput: 1 });
    const both = { ...old, backbone_out_indices: [0, 1, 2, 3], fusion_hidden_size: 32, head_in_index: 2 };
    expect(parseConfig({ ...fields, ...both }).decoders[0]).toMatchObject({ fusion: { channels: 32 }, headInput: 2 });
  });

  test("DepthAnythingConfig without a backbone as transformers fills it in", () => {
    const small = { hiddenSize: 384, heads: 6, grid: 37, taps: [8, 9, 10, 11], normTaps: true };
    expect(parseConfig({ ...anything, backbone_config: null }).backbone).toMatchObject(small);
  });

  test("the head's input counted from the end", () => {
    const inputOf = (head_in_index: number) => parseConfig({ ...depth, head_in_index }).decoders[0]!.headInput;
    expect([-1, -4, 0, 2].map(inputOf)).toEqual([3, 0, 0, 2]);
  });

  test("names that JavaScript's objects have of their own", () => {
    const text = '{"architectures": ["DPTForDepthEstimation"], "__proto__": {"hidden_size": 5}, "toString": 1}';
    expect(parseConfig(JSON.parse(text))).toEqual(parseConfig(depth));
    const labels = '{"0": "constructor", "1": "__proto__"}';
    const [decoder] = parseConfig({ ...segmentation, id2label: JSON.parse(labels) }).decoders;
    expect(decoder!.head).toMatchObject({ labels: ["constructor", "__proto__"] });
  });
});

describe("refuses, and names", () => {
  const backbone = (fields: object) => ({ ...depth, backbone_config: fields });
  const swinWith = (fields: object) => ({ ...swin, backbone_config: { ...swin.backbone_config, ...fields } });
  const bitWith = (fields: object) => ({ ...hybrid, backbone_config: { ...bit, ...fields } });
  test("lists so deep that no text of them can be made", () => {
    const deep: unknown = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    for (const json of [
      swinWith({ out_indices: null, out_features: [deep] }),
      backbone({ out_indices: null, out_features: [deep] }),
      bitWith({ out_features: deep }),
    ]) {
      expect(() => parseConfig(json)).toThrow(FileError);
      expect(() => parseConfig(json)).toThrow(/"out_features"/);
    }
  });

  test.each([
    [{}, "architectures", "undefined"],
    [{ model_type: "beit" }, "architectures", '"beit"'],
    [{ architectures: [] }, "architectures", "undefined"],
    [{ architectures: ["BeitForSemanticSegmentation"] }, "architectures", '"BeitForSemanticSegmentation"'],
    [{ architectures: ["__proto__"] }, "architectures", '"__proto__"'],
    [{ architectures: ["constructor"] }, "architectures", '"constructor"'],
    [{ ...segmentation, hidden_act: "mish" }, "hidden_act", '"mish"'],
    [{ ...segmentation, hidden_act: "toString" }, "hidden_act", '"toString"'],
    [{ ...segmentation, readout_type: "cls" }, "readout_type", '"cls"'],
    [{ ...segmentation, is_hybrid: "no" }, "is_hybrid", '"no"'],
    [{ ...segmentation, reassemble_factors: [4, 2, 1.5, 0.5] }, "reassemble_factors", "[4, 2, 1.5, 0.5]"],
    [{ ...segmentation, reassemble_factors: [4, 2, 1, 0] }, "reassemble_factors", "[4, 2, 1, 0]"],
    [{ ...segmentation, reassemble_factors: [4, 2, 1] }, "reassemble_factors", "[4, 2, 1]"],
    [{ ...segmentation, neck_hidden_sizes: [96, 19.5, 384, 768] }, "neck_hidden_sizes", "[96, 19.5, 384, 768]"],
    [{ ...segmentation, neck_hidden_sizes: [96, 192] }, "backbone_out_indices", "[2, 5, 8, 11]"],
    [{ ...anything, neck_hidden_sizes: [96, 192, 384] }, "out_indices", "[3, 6, 9, 12]"],
    [{ ...segmentation, out_indices: [2, 5, 8, 12] }, "backbone_out_indices", "[2, 5, 8, 12]"],
    [{ ...segmentation, backbone_out_indices: [2, 5, 8, 12] }, "backbone_out_indices", "[2, 5, 8, 12]"],
    [{ ...segmentation, backbone_out_indices: [-1, 5, 8, 11] }, "backbone_out_indices", "[-1, 5, 8, 11]"],
    [{ ...segmentation, backbone_out_indices: [2, 5, 5, 11] }, "backbone_out_indices", "[2, 5, 5, 11]"],
    [{ ...segmentation, num_hidden_layers: 6 }, "backbone_out_indices", ""],
    [{ ...segmentation, num_attention_heads: 5 }, "num_attention_heads", "5"],
    [{ ...segmentation, hidden_size: "768" }, "hidden_size", '"768"'],
    [{ ...segmentation, hidden_size: 1e300 }, "hidden_size", "1e+300"],
    [{ ...segmentation, num_hidden_layers: 0 }, "num_hidden_layers", "0"],
    // Of each layer a list of weights is made.
    [{ ...segmentation, num_hidden_layers: 1001 }, "num_hidden_layers", "1001"],
    [backbone({ num_hidden_layers: 1e6 }), "num_hidden_layers", "1000000"],
    [swinWith({ depths: [2, 2, 996, 1] }), "depths", "[2, 2, 996, 1]"],
    [bitWith({ depths: [3, 4, 1e6, 3] }), "depths", "[3, 4, 1000000, 3]"],
    [{ ...segmentation, id2label: null, num_labels: 65_536 }, "num_labels", "65536"],
    [{ ...segmentation, patch_size: [16, 14] }, "patch_size", "[16, 14]"],
    [{ ...segmentation, image_size: 8 }, "image_size", "8"],
    [{ ...segmentation, image_size: [384, 512] }, "image_size", "[384, 512]"],
    [{ ...segmentation, layer_norm_eps: 0 }, "layer_norm_eps", "0"],
    [{ ...segmentation, head_in_index: 4 }, "head_in_index", "4"],
    [{ ...segmentation, head_in_index: -5 }, "head_in_index", "-5"],
    [{ ...segmentation, id2label: {} }, "id2label", "{}"],
    [{ ...segmentation, id2label: { 0: "a", 2: "b" } }, "id2label", '{"0": "a", "2": "b"}'],
    [{ ...segmentation, id2label: { 0: "a", 1: 7 } }, "id2label", '{"0": "a", "1": 7}'],
    [{ ...segmentation, id2label: "a" }, "id2label", '"a"'],
    [{ ...segmentation, id2color: { "0": [1, 2, 3] } }, "id2color", "{"],
    [{ ...segmentation, palette: ["#000000", [0, 1, 256]] }, "palette", '["#000000"'],
    [{ ...segmentation, palette: ["#000000", "#00000"] }, "palette", '["#000000", "#00000"]'],
    [{ ...segmentation, palette: ["#000000", "#000000", "#000000"] }, "palette", '["#000000", "#000000", "#000000"]'],
    [{ ...segmentation, num_labels: 0 }, "num_labels", "0"],
    [{ ...depth, add_projection: 1 }, "add_projection", "1"],
    [{ ...segmentation, backbone_config: { model_type: "swinv2" } }, "backbone_config", '"swinv2"'],
    [backbone({ model_type: "swin" }), "model_type", '"swin"'],
    [{ ...swin, neck_hidden_sizes: [96, 192, 384, 512] }, "neck_hidden_sizes", "[96, 192, 384, 512]"],
    [swinWith({ out_features: null }), "out_features", "undefined"],
    [swinWith({ out_features: ["stage1", "stage2", "stage3", "stage5"] }), "out_features", '["stage1",'],
    [swinWith({ out_indices: [0, 1, 2, 5] }), "out_indices", "[0, 1, 2, 5]"],
    [swinWith({ use_absolute_embeddings: true }), "use_absolute_embeddings", "true"],
    [swinWith({ depths: [2, 2, 6.5, 2] }), "depths", "[2, 2, 6.5, 2]"],
    [swinWith({ depths: [] }), "depths", "[]"],
    [swinWith({ num_heads: [3, 6, 12] }), "num_heads", "[3, 6, 12]"],
    [swinWith({ num_heads: [3, 6, 12, 25] }), "num_heads", "[3, 6, 12, 25]"],
    [swinWith({ pretrained_window_sizes: [12, 12, 12, 1] }), "pretrained_window_sizes", "[12, 12, 12, 1]"],
    [swinWith({ pretrained_window_sizes: [12, 12, 12] }), "pretrained_window_sizes", "[12, 12, 12]"],
    [swinWith({ window_size: [7, 7] }), "window_size", "[7, 7]"],
    [swinWith({ window_size: 0 }), "window_size", "0"],
    [swinWith({ image_size: 31 }), "image_size", "31"],
    [swinWith({ hidden_act: "mish" }), "hidden_act", '"mish"'],
    [backbone({ model_type: "beit" }), "reshape_hidden_states", "true"],
    [beit({ add_fpn: true }), "add_fpn", "true"],
    [beit({ num_attention_heads: 7 }), "num_attention_heads", "7"],
    [beit({ image_size: [384, 512] }), "image_size", "[384, 512]"],
    [beit({ layer_scale_init_value: "0.1" }), "layer_scale_init_value", '"0.1"'],
    [beit({ out_indices: [3, 6, 9] }), "out_indices", "[3, 6, 9]"],
    [{ ...anything, backbone_config: { model_type: "beit" } }, "model_type", '"beit"'],
    [backbone({ model_type: "bit" }), "model_type", '"bit"'],
    [backbone({ out_indices: [0, 3, 6, 9] }), "out_indices", "[0, 3, 6, 9]"],
    [backbone({ out_indices: [3, 6, 9, 13] }), "out_indices", "[3, 6, 9, 13]"],
    [backbone({ out_indices: [3, 6, 9] }), "out_indices", "[3, 6, 9]"],
    [backbone({ out_features: ["stem", "stage2", "stage3", "stage4"] }), "out_features", '["stem",'],
    [backbone({ out_indices: [3, 6, 9, 12], num_attention_heads: 7 }), "num_attention_heads", "7"],
    [{ ...hybrid, readout_type: "add" }, "readout_type", '"add"'],
    [{ ...hybrid, patch_size: 8 }, "patch_size", "8"],
    [{ ...hybrid, num_channels: 4 }, "num_channels", "4"],
    [{ ...hybrid, backbone: "resnet50" }, "backbone", '"resnet50"'],
    [{ ...hybrid, neck_hidden_sizes: [256, 512] }, "neck_hidden_sizes", "2"],
    [{ ...hybrid, neck_ignore_stages: [] }, "neck_ignore_stages", "[]"],
    [{ ...hybrid, neck_ignore_stages: [0, 2] }, "neck_ignore_stages", "[0, 2]"],
    [{ ...hybrid, neck_hidden_sizes: [256, 256, 768, 768] }, "neck_hidden_sizes", "[256, 256, 768, 768]"],
    [{ ...hybrid, backbone_featmap_shape: [1, 512, 24, 24] }, "backbone_featmap_shape", "[1, 512, 24, 24]"],
    [{ ...hybrid, backbone_out_indices: [0, 1, 11, 11] }, "backbone_out_indices", "[0, 1, 11, 11]"],
    [{ ...hybrid, backbone_out_indices: [0, 1, 8, 12] }, "backbone_out_indices", "[0, 1, 8, 12]"],
    [{ ...segmentation, embedding_type: "patch" }, "embedding_type", '"patch"'],
    [bitWith({ model_type: "resnet" }), "model_type", '"resnet"'],
    [bitWith({ global_padding: null }), "global_padding", "undefined"],
    [bitWith({ global_padding: "valid" }), "global_padding", '"valid"'],
    [bitWith({ layer_type: "basic" }), "layer_type", '"basic"'],
    [bitWith({ hidden_act: "selu" }), "hidden_act", '"selu"'],
    [bitWith({ output_stride: 8 }), "output_stride", "8"],
    [bitWith({ num_groups: 48 }), "num_groups", "48"],
    [bitWith({ depths: [3, 4] }), "depths", "[3, 4]"],
    [bitWith({ depths: [3, 4, 0] }), "depths", "[3, 4, 0]"],
    [bitWith({ hidden_sizes: [256, 512, "1024"] }), "hidden_sizes", '[256, 512, "1024"]'],
    [bitWith({ width_factor: 0 }), "width_factor", "0"],
    [bitWith({ out_features: null }), "out_features", "undefined"],
    [bitWith({ out_features: ["stage2", "stage3"] }), "out_features", '["stage2", "stage3"]'],
    [bitWith({ out_features: null, out_indices: [2, 3, 4] }), "out_indices", "[2, 3, 4]"],
    [{ ...depth, backbone_config: "dinov2" }, "backbone_config", '"dinov2"'],
    [{ ...anything, depth_estimation_type: "stereo" }, "depth_estimation_type", '"stereo"'],
    [{ ...anything, max_depth: -1 }, "max_depth", "-1"],
    [{ ...tips, readout_activation: "tanh" }, "readout_activation", '"tanh"'],
    [{ ...tips, depth_decoder_activation: "softmax" }, "depth_decoder_activation", '"softmax"'],
    [{ ...tips, num_depth_bins: 0 }, "num_depth_bins", "0"],
    [{ ...tips, min_depth: 0 }, "min_depth", "0"],
    [{ ...tips, min_depth: 11 }, "max_depth", "10"],
    [{ ...tips, backbone_config: { model_type: "dinov2" } }, "model_type", '"dinov2"'],
    [{ ...tips, backbone_config: { reshape_hidden_states: true } }, "reshape_hidden_states", "true"],
    [{ ...tips, backbone_config: { num_register_tokens: -1 } }, "num_register_tokens", "-1"],
    [{ ...tips, backbone_config: { patch_size: [14, 7] } }, "patch_size", "[14, 7]"],
  ])("%j", (json, field, got) => {
    const parse = () => parseConfig(json);
    expect(parse).toThrow(FileError);
    expect(parse).toThrow(field);
    expect(parse).toThrow(`got ${got}`);
    expect(parse).toThrow(/^config\.json( backbone_config)?: want /);
  });

  test.each([null, [], "text", 5])("%j in place of an object", (json) => {
    expect(() => parseConfig(json)).toThrow(FileError);
    expect(() => parseConfig(json)).toThrow("config.json: want a JSON object");
  });
});
