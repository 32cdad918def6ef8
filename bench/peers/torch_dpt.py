#!/usr/bin/env python3
"""PyTorch's times for the network alone, to hold beside those of `npm run bench -- peers`.

    python bench/peers/torch_dpt.py weights/dpt-small-camvid --size 196 --runs 20

Needs torch and transformers. One line of JSON for each way of running that this machine has: eager and torch.compile, in
float32 and (on a GPU) float16, channels first and last, attention by scaled_dot_product_attention. Each answer is held
against float32 eager's before it is timed.
"""

import argparse
import json
import statistics
import time

import torch
import transformers

# Of the largest value: float16 has 11 bits, and a network's sums lose a few of them.
TOLERANCE = {torch.float32: 1e-3, torch.float16: 3e-2}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a model folder: config.json and the weights")
    parser.add_argument("--size", type=int, default=196, help="side of the square pixel_values")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()

    device = torch.device(options.device)
    # TensorFloat-32 has 10 bits of float32's 23: not the same work.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(1)
    pixels = torch.randn(1, 3, options.size, options.size, device=device)

    with torch.inference_mode():
        want = answer(load(options.model).to(device), pixels).float()
        for dtype in [torch.float32, torch.float16] if device.type == "cuda" else [torch.float32]:
            for memory_format in [torch.contiguous_format, torch.channels_last]:
                for compiled in [False, True]:
                    result = measure(options, device, pixels, want, dtype, memory_format, compiled)
                    print(json.dumps(result), flush=True)


def load(folder):
    with open(f"{folder}/config.json", encoding="utf-8") as file:
        [name] = json.load(file)["architectures"]
    # Some versions of transformers keep the type that the file has.
    return getattr(transformers, name).from_pretrained(folder, attn_implementation="sdpa").eval().float()


def answer(model, pixels):
    outputs = model(pixel_values=pixels)
    return outputs.logits if "logits" in outputs else outputs.predicted_depth


def measure(options, device, pixels, want, dtype, memory_format, compiled):
    result = {
        "peer": "PyTorch " + torch.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU",
        "model": options.model,
        "size": options.size,
        "dtype": str(dtype).removeprefix("torch."),
        "channels_last": memory_format is torch.channels_last,
        "compiled": compiled,
    }
    try:
        began = time.perf_counter()
        model = load(options.model).to(device=device, dtype=dtype, memory_format=memory_format)
        if compiled:
            # A graph of its own for each way of running; none of the last one's.
            torch.compiler.reset()
            model = torch.compile(model)
        mine = pixels.to(dtype=dtype, memory_format=memory_format)
        got = answer(model, mine).float()
        synchronize(device)
        result["cold"] = time.perf_counter() - began
        difference = ((got - want).abs().max() / want.abs().max()).item()
        result["difference"] = difference
        # Written so that NaN is no pass.
        if not difference <= TOLERANCE[dtype]:
            return {**result, "problem": "differs from float32 eager: not timed"}
        seconds = []
        # The first runs after still choose algorithms.
        for run in range(3 + options.runs):
            synchronize(device)
            began = time.perf_counter()
            # To the CPU, as the others' answers go.
            answer(model, mine).cpu()
            if run >= 3:
                seconds.append(time.perf_counter() - began)
        return {**result, "median": statistics.median(seconds), "seconds": seconds}
    except Exception as error:  # One way that a machine lacks (no compiler, no float16) must not end the others.
        return {**result, "problem": f"{type(error).__name__}: {error}".splitlines()[0]}


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    main()
