#!/usr/bin/env python3
"""Random tiny models of the DPT family, and what transformers computes from them, as cases for `dpt-webgpu verify`.

    python test/pytorch/random_cases.py out/random --count 40 --seed 1
    npm run dpt -- verify out/random/*

Needs torch and transformers 5.18 or later. Widths, depths, heads, patches, activations, readouts, norms, biases, sizes that
are no squares, batches and stored types are drawn; what transformers itself refuses is told and left out. A case is a
folder with config.json, model.safetensors, input.safetensors (pixel_values) and expected.safetensors: the answers, and on
the way to them backbone.I (what the neck receives) and neck.I (the fused maps, coarse to fine).
"""

import argparse
import os
import random

import torch
from safetensors.torch import save_file
from transformers import (
    BeitConfig,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
    DPTConfig,
    DPTForDepthEstimation,
    DPTForSemanticSegmentation,
    Swinv2Config,
    Tipsv2DptConfig,
    Tipsv2DptForDensePrediction,
    Tipsv2VisionConfig,
)

ACTIVATIONS = ["gelu", "gelu", "gelu", "relu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "silu"]
STORED = [torch.float32, torch.float16, torch.bfloat16]
ANSWERS = ["logits", "segmentation_logits", "predicted_depth", "normals"]


class Draw:
    """Draws the fields of a config; every draw of a seed is the same on every machine."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *values):
        return self.random.choice(values)

    def side(self, patch, least=2, most=6):
        return patch * self.random.randint(least, most)

    def size(self, patch):
        return self.side(patch), self.side(patch)

    def heads(self):
        """Heads and channels: heads of no multiple of 4, and of more channels than a tile, too."""
        heads, channels = self.pick((4, 16), (2, 32), (3, 22), (1, 64), (6, 8), (2, 40))
        return dict(num_attention_heads=heads, hidden_size=heads * channels)

    def layers(self, first):
        """Layers, and four of them whose tokens are taken, counted from `first`."""
        count = self.random.randint(4, 6)
        return count, sorted(self.random.sample(range(first, count + first), 4))

    def decoder(self):
        return dict(
            neck_hidden_sizes=[self.pick(16, 24, 33, 40) for _ in range(4)],
            fusion_hidden_size=self.pick(24, 32, 40, 64),
            use_bias_in_fusion_residual=self.pick(None, True, False),
            use_batch_norm_in_fusion_residual=self.pick(True, False),
        )

    def readout(self):
        return self.pick("project", "project", "add", "ignore")


def vit(draw):
    patch = draw.pick(8, 14, 16, 16, 32)
    count, taps = draw.layers(0)
    fields = dict(
        **draw.heads(),
        **draw.decoder(),
        num_hidden_layers=count,
        backbone_out_indices=taps,
        intermediate_size=draw.pick(37, 64, 100, 128),
        image_size=draw.side(patch, 2, 4),
        patch_size=patch,
        hidden_act=draw.pick(*ACTIVATIONS),
        layer_norm_eps=draw.pick(1e-12, 1e-6, 1e-5),
        qkv_bias=draw.pick(True, True, False),
        readout_type=draw.readout(),
        reassemble_factors=draw.pick([4, 2, 1, 0.5], [2, 1, 1, 0.5], [1, 1, 1, 1], [8, 4, 2, 1]),
    )
    if draw.pick(True, False):
        fields.update(num_labels=draw.pick(2, 7, 41, 150), use_auxiliary_head=draw.pick(True, False))
        return DPTForSemanticSegmentation(DPTConfig(**fields)), draw.size(patch)
    if draw.pick(True, False):
        fields.update(add_projection=True, fusion_hidden_size=256)
    fields["head_in_index"] = draw.pick(-1, -1, 0, 1, 2, 3)
    return DPTForDepthEstimation(DPTConfig(**fields)), draw.size(patch)


def dinov2_backbone(draw):
    count, taps = draw.layers(1)
    return Dinov2Config(
        **draw.heads(),
        num_hidden_layers=count,
        out_indices=taps,
        mlp_ratio=draw.pick(2, 3, 4),
        image_size=14 * draw.pick(3, 5, 7),
        patch_size=14,
        reshape_hidden_states=False,
        apply_layernorm=draw.pick(True, False),
        use_swiglu_ffn=draw.pick(True, False, False),
        hidden_act=draw.pick(*ACTIVATIONS),
        qkv_bias=draw.pick(True, True, False),
    )


def dinov2(draw):
    backbone = dinov2_backbone(draw)
    config = DPTConfig(
        **draw.decoder(),
        backbone_config=backbone,
        hidden_size=backbone.hidden_size,
        patch_size=14,
        reassemble_factors=[4, 2, 1, 0.5],
        readout_type=draw.readout(),
        add_projection=False,
    )
    return DPTForDepthEstimation(config), draw.size(14)


def depth_anything(draw):
    backbone = dinov2_backbone(draw)
    fields = dict(
        backbone_config=backbone,
        patch_size=14,
        reassemble_hidden_size=backbone.hidden_size,
        reassemble_factors=draw.pick([4, 2, 1, 0.5], [2, 1, 1, 0.5]),
        neck_hidden_sizes=[draw.pick(16, 24, 33, 48) for _ in range(4)],
        fusion_hidden_size=draw.pick(24, 32, 64),
        head_hidden_size=draw.pick(8, 16, 32),
        head_in_index=draw.pick(-1, -1, 2, 3),
    )
    if draw.pick(True, False):
        fields.update(depth_estimation_type="metric", max_depth=draw.pick(1, 20, 80))
    return DepthAnythingForDepthEstimation(DepthAnythingConfig(**fields)), draw.size(14)


def beit(draw):
    side = 16 * draw.pick(3, 4, 5)
    count, taps = draw.layers(1)
    has_positions = draw.pick(True, False)
    backbone = BeitConfig(
        **draw.heads(),
        num_hidden_layers=count,
        out_indices=taps,
        intermediate_size=draw.pick(96, 128),
        image_size=side,
        patch_size=16,
        reshape_hidden_states=False,
        use_relative_position_bias=draw.pick(True, True, False),
        use_absolute_position_embeddings=has_positions,
        add_fpn=False,
        layer_scale_init_value=draw.pick(0.1, 0.1, 0.0),
        hidden_act=draw.pick(*ACTIVATIONS),
    )
    config = DPTConfig(
        **draw.decoder(),
        backbone_config=backbone,
        hidden_size=backbone.hidden_size,
        image_size=side,
        readout_type=draw.readout(),
    )
    return DPTForDepthEstimation(config), (side, side) if has_positions else draw.size(16)


def swinv2(draw):
    width, window = draw.pick(12, 16, 24), draw.pick(4, 6, 7, 8)
    backbone = Swinv2Config(
        image_size=draw.pick(64, 96, 128),
        patch_size=4,
        embed_dim=width,
        depths=[draw.pick(1, 2) for _ in range(4)],
        num_heads=draw.pick([1, 2, 4, 4], [2, 4, 4, 8], [2, 2, 2, 2]),
        window_size=window,
        pretrained_window_sizes=draw.pick([0] * 4, [window, window, window, window // 2]),
        out_features=["stage1", "stage2", "stage3", "stage4"],
        mlp_ratio=draw.pick(2.0, 4.0),
        qkv_bias=draw.pick(True, False),
        hidden_act=draw.pick(*ACTIVATIONS),
    )
    sizes = [width, 2 * width, 4 * width, 8 * width]
    config = DPTConfig(
        **{**draw.decoder(), "neck_hidden_sizes": sizes},
        backbone_config=backbone,
        hidden_size=sizes[-1],
        image_size=backbone.image_size,
    )
    return DPTForDepthEstimation(config), draw.size(32)


def hybrid(draw):
    # The stem and the bottlenecks keep BiT's strides; widths and depths are drawn.
    stem = draw.pick(16, 32)
    sizes = [2 * stem, 4 * stem, 8 * stem, 16 * stem]
    bit = dict(
        embedding_size=stem,
        hidden_sizes=sizes,
        depths=[draw.pick(1, 2, 3) for _ in range(3)] + [2],
        num_groups=draw.pick(4, 8),
        layer_type="bottleneck",
        out_features=["stage1", "stage2", "stage3"],
        global_padding="same",
        embedding_dynamic_padding=True,
    )
    side = draw.side(16)
    fields = dict(
        is_hybrid=True,
        image_size=side,
        backbone_config=bit,
        backbone_featmap_shape=[1, sizes[2], 4, 4],
        hidden_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=128,
        backbone_out_indices=[0, 1, 2, 3],
        neck_ignore_stages=[0, 1],
        neck_hidden_sizes=[sizes[0], sizes[1], 64, 64],
        fusion_hidden_size=draw.pick(24, 32),
        reassemble_factors=[1, 1, 1, 0.5],
        readout_type="project",
        hidden_act=draw.pick(*ACTIVATIONS),
        use_batch_norm_in_fusion_residual=draw.pick(True, False),
    )
    # transformers takes no other size of a hybrid than its own.
    make = draw.pick(DPTForSemanticSegmentation, DPTForDepthEstimation)
    return make(DPTConfig(**fields)), (side, side)


def tipsv2(draw):
    count, taps = draw.layers(1)
    backbone = Tipsv2VisionConfig(
        hidden_size=64,
        num_attention_heads=draw.pick(2, 4),
        num_hidden_layers=count,
        out_indices=taps,
        mlp_ratio=2,
        image_size=14 * draw.pick(3, 5),
        apply_layernorm=draw.pick(True, False),
        reshape_hidden_states=False,
        use_swiglu_ffn=draw.pick(True, False),
        num_register_tokens=draw.pick(0, 1, 4),
    )
    config = Tipsv2DptConfig(
        backbone_config=backbone,
        neck_hidden_sizes=[24, 32, 48, 64],
        fusion_hidden_size=draw.pick(32, 48),
        num_depth_bins=draw.pick(9, 16),
        num_labels=draw.pick(7, 12),
    )
    return Tipsv2DptForDensePrediction(config), draw.size(14)


FAMILIES = dict(
    vit=vit, dinov2=dinov2, depth_anything=depth_anything, beit=beit, swinv2=swinv2, hybrid=hybrid, tipsv2=tipsv2
)


def randomise(model, generator):
    """Every term counts and activations stay O(1): as transformers initialises, the signal dies out and any bug passes."""
    modules = dict(model.named_modules())
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        owner, leaf = modules[name.rpartition(".")[0]], name.rpartition(".")[2]
        # What no checkpoint holds follows from the config.
        if not tensor.is_floating_point() or leaf in ("relative_coords_table", "bin_centers"):
            continue
        normal = torch.randn(tensor.shape, generator=generator)
        if leaf == "running_var" or "lambda" in leaf:
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
        elif leaf == "logit_scale":
            tensor.copy_(2.3 + 0.1 * normal)
        elif leaf == "weight" and tensor.dim() >= 2:
            terms = tensor.shape[0] if isinstance(owner, torch.nn.ConvTranspose2d) else tensor[0].numel()
            tensor.copy_(normal * terms**-0.5)
        elif leaf == "weight":
            tensor.copy_(1 + 0.2 * normal)
        elif "position" in leaf or "token" in leaf or "bias_table" in leaf:
            tensor.copy_(0.5 * normal)
        elif leaf == "bias" and tensor.shape == (1,):
            # The depth head's last: most of the map is above its ReLU's zero.
            tensor.fill_(1.5)
        else:
            tensor.copy_(0.1 * normal)


def stages(model, pixels):
    """What goes into and comes out of each neck, and the answers."""
    config = model.config
    patch = getattr(config, "patch_size", None) or config.backbone_config.patch_size
    grid = pixels.shape[2] // patch, pixels.shape[3] // patch
    seen = {}

    def spy(name, forward):
        def spied(hidden_states, *_, **__):
            for i, taken in enumerate(hidden_states):
                if isinstance(taken, tuple):  # a map and its class token
                    taken = torch.cat([taken[1][:, None], taken[0].flatten(2).transpose(1, 2)], 1)
                seen[f"backbone.{i}"] = taken
            # transformers takes the grid for a square where it is not told.
            fused = forward(hidden_states, *grid)
            seen.update({f"{name}.{i}": each for i, each in enumerate(fused)})
            return fused

        return spied

    for name, module in model.named_children():
        if name.endswith("neck"):
            module.forward = spy(name, module.forward)
    outputs = model(pixels)
    seen.update({key: outputs[key] for key in ANSWERS if key in outputs})
    return {name: value.contiguous().clone() for name, value in seen.items()}


def write_case(folder, family, seed):
    draw = Draw(seed)
    generator = torch.Generator().manual_seed(seed)
    model, (height, width) = FAMILIES[family](draw)
    model.eval()
    randomise(model, generator)
    stored = draw.pick(*STORED)
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        # What a reader of the stored file sees.
        if tensor.is_floating_point() and "bin_centers" not in name:
            tensor.data = tensor.data.to(stored).float()
    pixels = torch.randn(draw.pick(1, 1, 2, 3), 3, height, width, generator=generator)
    expected = stages(model, pixels)
    os.makedirs(folder, exist_ok=True)
    model.to(stored).save_pretrained(folder)
    save_file({"pixel_values": pixels}, os.path.join(folder, "input.safetensors"))
    save_file(expected, os.path.join(folder, "expected.safetensors"))
    return f"{list(pixels.shape)}, {stored}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", choices=FAMILIES, help="one alone")
    options = parser.parse_args()
    families = [options.family] if options.family else list(FAMILIES)
    torch.set_grad_enabled(False)
    for i in range(options.count):
        family, seed = families[i % len(families)], 1000 * options.seed + i
        name = f"{seed}-{family}"
        try:
            print(name, write_case(os.path.join(options.out, name), family, seed), flush=True)
        except (ValueError, TypeError, RuntimeError) as refusal:
            print(name, f"is refused by transformers: {str(refusal)[:100]}", flush=True)


if __name__ == "__main__":
    main()
