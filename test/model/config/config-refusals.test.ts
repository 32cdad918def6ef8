import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { anything, beit, bit, depth, hybrid, segmentation, swin, tips } from "./config-fields.ts";

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
