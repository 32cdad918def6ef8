#!/usr/bin/env python3
"""Random tiny models of the DPT family, and what transformers computes from them, as cases for `dpt-webgpu verify`.

    python test/pytorch/random_cases.py out/random --count 40 --seed 1
    npm run dpt -- verify out/random/*

Needs torch and transformers 5.18 or later. Drawn are, for each of the seven families (random_models.py, draw.py): layers, heads
(one, odd ones, of 1 to 130 channels), patches of 1 to 32 pixels, activations, readouts, norms and their epsilons, biases, taps by
number and by name, two to five stages with factors from 8 to a quarter, the head's input, 1 to 300 labels, channels of no
multiple of 4, sides in lists, position embeddings of another grid, pictures that are no whole patches or ten times as long as
wide, batches; and how it is stored: F32, F16, BF16 or F64, in one file, in shards, pickled, pickled in shards.
What transformers itself refuses is told and left out. A case is a folder with config.json, the weights, input.safetensors
(pixel_values) and expected.safetensors: the answers, and on the way to them backbone.I (what the neck receives) and neck.I
(the fused maps, coarse to fine).
"""

import argparse
import json
import os

import torch
from draw import Draw
from random_models import FAMILIES
from safetensors.torch import load_file, save_file

STORED = [torch.float32, torch.float16, torch.bfloat16, torch.float64]
FORMS = ["one", "one", "shards", "pickle", "pickled shards"]
ANSWERS = ["logits", "segmentation_logits", "predicted_depth", "normals"]


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
    backbone = getattr(config, "backbone_config", None)
    patch = config.patch_size if backbone is None or getattr(config, "is_hybrid", False) else backbone.patch_size
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


def save_weights(model, folder, form):
    """As save_pretrained does it, and as it did with `safe_serialization=False`."""
    model.save_pretrained(folder, **(dict(max_shard_size="100KB") if "shards" in form else {}))
    if "pickle" not in form:
        return
    index = os.path.join(folder, "model.safetensors.index.json")
    if os.path.exists(index):
        with open(index) as file:
            table = json.load(file)
        renamed = {name: shard.replace("model-", "pytorch_model-").replace(".safetensors", ".bin")
                   for name, shard in table["weight_map"].items()}
        with open(os.path.join(folder, "pytorch_model.bin.index.json"), "w") as file:
            json.dump({**table, "weight_map": renamed}, file)
        os.remove(index)
    for name in os.listdir(folder):
        if name.endswith(".safetensors"):
            path = os.path.join(folder, name)
            binary = name.replace("model", "pytorch_model").replace(".safetensors", ".bin")
            torch.save(load_file(path), os.path.join(folder, binary))
            os.remove(path)


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
    channels = getattr(model.config, "num_channels", 3) if family == "vit" else 3
    pixels = torch.randn(draw.pick(1, 1, 2, 3), channels, height, width, generator=generator)
    expected = stages(model, pixels)
    form = draw.pick(*FORMS)
    save_weights(model.to(stored), folder, form)
    save_file({"pixel_values": pixels}, os.path.join(folder, "input.safetensors"))
    save_file(expected, os.path.join(folder, "expected.safetensors"))
    return f"{list(pixels.shape)}, {stored}, {form}"


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
