#!/usr/bin/env python3
"""Writes a model folder of transformers as a .tflite file, for LiteRT.js in `npm run bench -- peers --tflite`.

    python bench/peers/tflite/write_tflite.py weights/dpt-small-camvid --size 196 -o out/dpt-small-camvid-196.tflite

Needs tensorflow (its converter) and safetensors. DPT on ViT or DINOv2 and Depth Anything, in float32, in transformers' own
order of operations; maps are [N, H, W, C], as TensorFlow's convolutions want them. `pixel_values` [1, H, W, 3] in, logits
[1, C, H, W] or depth [1, H, W] out.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="a model folder: config.json and model.safetensors")
    parser.add_argument("--size", type=int, default=196, help="side of the square pixel_values")
    parser.add_argument("-o", "--out", type=Path, required=True)
    options = parser.parse_args()

    config = json.loads((options.model / "config.json").read_text(encoding="utf-8"))
    tensors = {name: values.astype(np.float32) for name, values in load_file(options.model / "model.safetensors").items()}
    network = Network(config, tensors, options.size)
    module = tf.Module()
    pixels = tf.TensorSpec([1, options.size, options.size, 3], tf.float32, name="pixel_values")
    module.answer = tf.function(network.answer, input_signature=[pixels])
    functions = [module.answer.get_concrete_function()]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions(functions, module).convert())


class Network:
    """DPTForSemanticSegmentation, DPTForDepthEstimation or DepthAnythingForDepthEstimation at one size."""

    def __init__(self, config, tensors, size):
        self.config = config
        self.tensors = tensors
        backbone = config.get("backbone_config") or {}
        self.is_vit = not backbone
        self.path = "dpt" if self.is_vit else "backbone"
        given = config if self.is_vit else backbone
        self.patch = given.get("patch_size", 16 if self.is_vit else 14)
        self.grid = size // self.patch
        self.heads = given.get("num_attention_heads", 12)
        self.epsilon = given.get("layer_norm_eps", 1e-12 if self.is_vit else 1e-6)
        # A stage of DINOv2 is the output of the block before it: stage 0 is the embeddings.
        default = [2, 5, 8, 11] if self.is_vit else [12]
        indices = config.get("backbone_out_indices", default) if self.is_vit else backbone.get("out_indices", default)
        self.taps = indices if self.is_vit else [index - 1 for index in indices]

    def answer(self, pixels):
        maps = [self.reassemble(tokens, i) for i, tokens in enumerate(self.backbone(pixels))]
        return self.head(self.fusion(maps[::-1]))

    def backbone(self, pixels):
        embeddings = f"{self.path}.embeddings"
        patches = self.conv2d(pixels, f"{embeddings}.patch_embeddings.projection", stride=self.patch, padding=0)
        d = patches.shape[-1]
        class_token = tf.constant(self.tensors[f"{embeddings}.cls_token"])
        z = tf.concat([class_token, tf.reshape(patches, [1, self.grid**2, d])], 1)
        z += tf.constant(self.positions(self.tensors[f"{embeddings}.position_embeddings"]))
        taps = []
        for i in range(max(self.taps) + 1):
            z = self.block(z, f"{self.path}.encoder.layer.{i}")
            if i in self.taps:
                taps.append(z)
        has_norm = not self.is_vit and self.config["backbone_config"].get("apply_layernorm", True)
        return [self.layer_norm(tap, f"{self.path}.layernorm") for tap in taps] if has_norm else taps

    def positions(self, table):
        trained = round((table.shape[1] - 1) ** 0.5)
        square = table[0, 1:].reshape(trained, trained, -1)
        weights = (bilinear_weights if self.is_vit else bicubic_weights)(trained, self.grid)
        resized = np.einsum("ih,jw,hwd->ijd", weights, weights, square)
        return np.concatenate([table[:, :1], resized.reshape(1, self.grid**2, -1)], 1).astype(np.float32)

    def block(self, z, path):
        names = ["layernorm_before", "layernorm_after"] if self.is_vit else ["norm1", "norm2"]
        up, down = ["intermediate.dense", "output.dense"] if self.is_vit else ["mlp.fc1", "mlp.fc2"]
        z += self.scaled(self.attention(self.layer_norm(z, f"{path}.{names[0]}"), path), f"{path}.layer_scale1")
        hidden = tf.nn.gelu(self.linear(self.layer_norm(z, f"{path}.{names[1]}"), f"{path}.{up}"), approximate=False)
        return z + self.scaled(self.linear(hidden, f"{path}.{down}"), f"{path}.layer_scale2")

    def scaled(self, x, path):
        return x if self.is_vit else x * self.tensors[f"{path}.lambda1"]

    def attention(self, x, path):
        _, count, d = x.shape
        q, k, v = (
            self.heads_of(self.linear(x, f"{path}.attention.attention.{name}")) for name in ("query", "key", "value")
        )
        weights = tf.nn.softmax(tf.matmul(q * (d / self.heads) ** -0.5, k, transpose_b=True))
        mixed = tf.reshape(tf.transpose(tf.matmul(weights, v), [0, 2, 1, 3]), [1, count, d])
        return self.linear(mixed, f"{path}.attention.output.dense")

    def heads_of(self, x):
        return tf.transpose(tf.reshape(x, [1, x.shape[1], self.heads, -1]), [0, 2, 1, 3])

    def reassemble(self, tokens, i):
        path = f"neck.reassemble_stage.layers.{i}"
        patches = tokens[:, 1:]
        readout = "ignore" if self.config["model_type"] == "depth_anything" else self.config.get("readout_type", "project")
        if readout == "add":
            patches += tokens[:, :1]
        if readout == "project":
            # LiteRT has TILE for WebGPU, and no BROADCAST_TO.
            pairs = tf.concat([patches, tf.tile(tokens[:, :1], [1, self.grid**2, 1])], 2)
            name = f"neck.reassemble_stage.readout_projects.{i}.0"
            patches = tf.nn.gelu(self.linear(pairs, name), approximate=False)
        x = self.conv2d(tf.reshape(patches, [1, self.grid, self.grid, -1]), f"{path}.projection", padding=0)
        factor = self.config.get("reassemble_factors", [4, 2, 1, 0.5])[i]
        if factor > 1:
            x = self.conv_transpose2d(x, f"{path}.resize", factor)
        if factor < 1:
            x = self.conv2d(x, f"{path}.resize", stride=round(1 / factor))
        return self.conv2d(x, f"neck.convs.{i}")

    def fusion(self, maps):
        fused = None
        for i, x in enumerate(maps):
            path = f"neck.fusion_stage.layers.{i}"
            if fused is not None:
                resized = resize(x, fused.shape[1:3], align_corners=False)
                x = fused + self.residual_unit(resized, f"{path}.residual_layer1")
            x = self.residual_unit(x, f"{path}.residual_layer2")
            grows = self.config["model_type"] == "depth_anything" and i + 1 < len(maps)
            to = maps[i + 1].shape[1:3] if grows else [2 * side for side in x.shape[1:3]]
            fused = self.conv2d(resize(x, to), f"{path}.projection", padding=0)
        return fused

    def residual_unit(self, x, path):
        y = x
        for i in (1, 2):
            y = self.conv2d(tf.nn.relu(y), f"{path}.convolution{i}")
            y = self.batch_norm(y, f"{path}.batch_norm{i}")
        return y + x

    def head(self, x):
        if self.config["model_type"] == "depth_anything":
            whole = [self.grid * self.patch] * 2
            y = tf.nn.relu(self.conv2d(resize(self.conv2d(x, "head.conv1"), whole), "head.conv2"))
            y = tf.nn.relu(self.conv2d(y, "head.conv3", padding=0))
            return without_channel(y) * self.config.get("max_depth", 1)
        y = self.conv2d(x, "head.head.0")
        if self.config["architectures"] == ["DPTForSemanticSegmentation"]:
            y = self.conv2d(tf.nn.relu(self.batch_norm(y, "head.head.1")), "head.head.4", padding=0)
            return tf.transpose(resize(y, [2 * side for side in y.shape[1:3]]), [0, 3, 1, 2])
        y = tf.nn.relu(self.conv2d(resize(y, [2 * side for side in y.shape[1:3]]), "head.head.2"))
        return without_channel(tf.nn.relu(self.conv2d(y, "head.head.4", padding=0)))

    def linear(self, x, name):
        y = tf.matmul(x, self.tensors[f"{name}.weight"].T)
        bias = self.tensors.get(f"{name}.bias")
        return y if bias is None else y + bias

    def layer_norm(self, x, name):
        mean = tf.reduce_mean(x, -1, keepdims=True)
        centred = x - mean
        variance = tf.reduce_mean(tf.square(centred), -1, keepdims=True)
        normed = centred * tf.math.rsqrt(variance + self.epsilon)
        return normed * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def conv2d(self, x, name, stride=1, padding=1):
        weight = self.tensors[f"{name}.weight"]
        around = padding if weight.shape[2] > 1 else 0
        # "SAME" at stride 1; at others it would pad less at the top left than PyTorch does.
        if stride > 1 and around:
            x = tf.pad(x, [[0, 0], [around] * 2, [around] * 2, [0, 0]])
        y = tf.nn.conv2d(x, weight.transpose(2, 3, 1, 0), stride, "SAME" if stride == 1 else "VALID")
        bias = self.tensors.get(f"{name}.bias")
        return y if bias is None else y + bias

    def conv_transpose2d(self, x, name, factor):
        weight = self.tensors[f"{name}.weight"].transpose(2, 3, 1, 0)
        _, height, width, _ = x.shape
        shape = [1, factor * height, factor * width, weight.shape[2]]
        return tf.nn.conv2d_transpose(x, weight, shape, factor, "VALID") + self.tensors[f"{name}.bias"]

    def batch_norm(self, x, name):
        if f"{name}.weight" not in self.tensors:
            return x
        scale, bias, mean, variance = (
            self.tensors[f"{name}.{leaf}"] for leaf in ("weight", "bias", "running_mean", "running_var")
        )
        factor = scale / np.sqrt(variance + 1e-5)
        return x * factor + (bias - mean * factor)


def without_channel(x):
    """[N, H, W, 1] to [N, H, W], by what LiteRT has for WebGPU."""
    return tf.reshape(x, x.shape[:3])


def resize(x, to, align_corners=True):
    if list(x.shape[1:3]) == list(to):
        return x
    return tf.raw_ops.ResizeBilinear(
        images=x, size=to, align_corners=align_corners, half_pixel_centers=not align_corners
    )


def bilinear_weights(before, after):
    return interpolation_weights(before, after, lambda t: np.maximum(0, 1 - t), 1)


def bicubic_weights(before, after):
    """torch.nn.functional.interpolate's, a = -0.75."""
    a = -0.75

    def kernel(t):
        inner = (a + 2) * t**3 - (a + 3) * t**2 + 1
        outer = a * (t**3 - 5 * t**2 + 8 * t - 4)
        return np.where(t <= 1, inner, np.where(t < 2, outer, 0))

    return interpolation_weights(before, after, kernel, 2)


def interpolation_weights(before, after, kernel, reach):
    """[after, before]: half-pixel positions, positions beyond the edge are the edge's."""
    weights = np.zeros((after, before))
    for i in range(after):
        position = (i + 0.5) * before / after - 0.5
        if reach == 1:
            position = max(position, 0)
        for j in range(int(np.floor(position)) - reach + 1, int(np.floor(position)) + reach + 1):
            weights[i, min(max(j, 0), before - 1)] += kernel(np.abs(position - j))
    return weights


if __name__ == "__main__":
    main()
