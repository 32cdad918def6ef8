#!/usr/bin/env python3
"""Random settings of the image processors, and what transformers makes of random pictures by them.

    python test/pytorch/random_pictures.py out/pictures --count 100 --seed 1
    DPT_REFERENCE=out/pictures npx vitest run test/model/pictures

Needs torch, torchvision and transformers 5.18 or later. Drawn are DPT's processors and TIPSv2's, sizes as an object, a list or a
number, the aspect ratio, multiples, filters, crops, padding, rescaling, means and deviations, any step left out, and pictures
from 1x1 on, long and thin ones too. images/preprocess/NAME has image.png, preprocessor_config.json, expected.safetensors
(pixel_values of the class of Pillow) and torchvision.safetensors (of the other one); one of them alone where only one can.
images/postprocess/NAME has logits, labels and depth at another size.
"""

import argparse
import json
import os

import numpy
import torch
from draw import Draw
from PIL import Image
from safetensors.torch import save_file
from transformers import DPTImageProcessor, DPTImageProcessorPil, Tipsv2DptImageProcessor

NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = range(6)


def picture(draw, width, height):
    """Ramps, edges and noise, of every level."""
    random = numpy.random.default_rng(draw.random.randint(0, 1 << 30))
    y, x = numpy.mgrid[0:height, 0:width]
    ramps = numpy.stack([255 * x / width, 255 * y / height, 127 + 127 * numpy.sin(x / 7) * numpy.cos(y / 5)], -1)
    edges = random.integers(0, 256, (1 + height // 9, 1 + width // 9, 3)).repeat(9, 0).repeat(9, 1)[:height, :width]
    noise = random.integers(0, 256, (height, width, 3))
    mixed = random.dirichlet([1, 1, 1]) @ numpy.stack([ramps, edges, noise]).reshape(3, -1)
    return Image.fromarray(mixed.reshape(height, width, 3).clip(0, 255).astype(numpy.uint8), "RGB")


def side(draw, least=1, most=120):
    return draw.random.randint(least, most)


def processor(draw):
    size = dict(height=side(draw, 8), width=side(draw, 8))
    settings = dict(
        image_processor_type=draw.pick(*3 * ["DPTImageProcessor"], "DPTImageProcessorPil", "Tipsv2DptImageProcessor"),
        do_resize=draw.pick(True, True, True, False),
        size=draw.pick(size, size, [size["height"], size["width"]], size["height"]),
        resample=draw.pick(NEAREST, LANCZOS, BILINEAR, BILINEAR, BICUBIC, BICUBIC, BOX, HAMMING),
        do_rescale=draw.pick(True, True, False),
        rescale_factor=draw.pick(1 / 255, 1 / 255, 1 / 127.5, 0.01, 1),
        do_normalize=draw.pick(True, True, False),
        image_mean=draw.pick(0.5, [0.5] * 3, [0.485, 0.456, 0.406], [123.675, 116.28, 103.53]),
        image_std=draw.pick(0.5, [0.5] * 3, [0.229, 0.224, 0.225], [58.395, 57.12, 57.375]),
    )
    if settings["image_processor_type"] == "Tipsv2DptImageProcessor":
        return settings
    settings.update(keep_aspect_ratio=draw.pick(True, False), ensure_multiple_of=draw.pick(1, 1, 14, 16, 32, 5))
    if draw.pick(True, False, False):
        settings.update(do_pad=True, size_divisor=draw.pick(14, 16, 3))
    if settings["image_processor_type"] == "DPTImageProcessor" and draw.pick(True, False, False):
        settings.update(do_center_crop=True, crop_size=dict(height=side(draw), width=side(draw)))
    return settings


def pixels_of(make, settings, image):
    fields = {name: value for name, value in settings.items() if name != "image_processor_type"}
    if isinstance(fields["size"], list):
        fields["size"] = dict(zip(("height", "width"), fields["size"]))
    return make(**fields)(image, return_tensors="pt").pixel_values.float().contiguous()


def write_preprocess(folder, draw):
    settings = processor(draw)
    kind = settings["image_processor_type"]
    width, height = draw.pick((1, 1), (1, side(draw)), (300, 7), (side(draw), side(draw)), (side(draw), side(draw)),
                              (side(draw, 200, 700), side(draw, 200, 700)))
    image = picture(draw, width, height)
    ways = dict(expected=DPTImageProcessorPil, torchvision=DPTImageProcessor)
    if kind == "Tipsv2DptImageProcessor":
        ways = dict(torchvision=Tipsv2DptImageProcessor)
    elif kind == "DPTImageProcessorPil" or settings["resample"] in (BOX, HAMMING):
        ways = dict(expected=DPTImageProcessorPil)
    elif "do_center_crop" in settings:
        ways = dict(torchvision=DPTImageProcessor)
    if "do_center_crop" in settings and settings["resample"] in (BOX, HAMMING) or not ways:
        return "is a crop after a filter that torchvision does not have"
    found = {name: pixels_of(make, settings, image) for name, make in ways.items()}
    os.makedirs(folder, exist_ok=True)
    image.save(os.path.join(folder, "image.png"))
    with open(os.path.join(folder, "preprocessor_config.json"), "w") as file:
        json.dump(settings, file, indent=1)
    for name, values in found.items():
        save_file({"pixel_values": values}, os.path.join(folder, f"{name}.safetensors"))
    return f"{width}x{height} to {[list(values.shape) for values in found.values()]}"


def write_postprocess(folder, draw):
    generator = torch.Generator().manual_seed(draw.random.randint(0, 1 << 30))
    labels, from_size = draw.pick(1, 2, 7, 150, 300), (side(draw, 1, 40), side(draw, 1, 40))
    height, width = draw.pick(from_size, (side(draw), side(draw)), (1, side(draw)), (200, 3))
    mode = draw.pick("bilinear", "bilinear", "bicubic")
    logits = 3 * torch.randn(1, labels, *from_size, generator=generator)
    resized = torch.nn.functional.interpolate(logits, size=(height, width), mode=mode, align_corners=False)
    top = resized[0].topk(min(2, labels), dim=0).values
    margin = top[0] - top[1] if labels > 1 else torch.ones_like(top[0])
    os.makedirs(folder, exist_ok=True)
    save_file({"logits": logits}, os.path.join(folder, "input.safetensors"))
    with open(os.path.join(folder, "target.json"), "w") as file:
        json.dump(dict(height=height, width=width, mode=mode), file)
    kept = dict(labels=resized[0].argmax(0).float(), resized=resized, margin=margin)
    save_file({name: value.contiguous() for name, value in kept.items()}, os.path.join(folder, "expected.safetensors"))
    return f"{labels} labels, {list(from_size)} to {[height, width]}, {mode}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for i in range(options.count):
        for kind, write in dict(preprocess=write_preprocess, postprocess=write_postprocess).items():
            if kind == "postprocess" and i % 5 > 0:
                continue
            name = f"{1000 * options.seed + i}"
            try:
                folder = os.path.join(options.out, "images", kind, name)
                print(kind, name, write(folder, Draw(1000 * options.seed + i)), flush=True)
            except (ValueError, TypeError, RuntimeError, ZeroDivisionError) as refusal:
                print(kind, name, f"is refused by transformers: {str(refusal)[:100]}", flush=True)


if __name__ == "__main__":
    main()
