import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { anything, bit, depth, hybrid, segmentation } from "./config-fields.ts";

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
