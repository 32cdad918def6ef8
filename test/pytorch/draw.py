"""Draws the fields of a config."""

import random

ACTIVATIONS = ["gelu", "gelu", "gelu", "relu", "gelu_new", "gelu_pytorch_tanh", "gelu_accurate", "quick_gelu", "silu"]


class Draw:
    """Every draw of a seed is the same on every machine."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *values):
        return self.random.choice(values)

    def side(self, patch, least=2, most=6):
        return patch * self.random.randint(least, most)

    def size(self, patch, least=2):
        """Height and width: mostly whole patches, sometimes a rest, sometimes ten times as long as wide."""
        kind = self.pick("whole", "whole", "rest", "long")
        if kind == "long":
            sides = [self.side(patch, least, least + 1), self.side(patch, 10 * least, 10 * least + 3)]
            self.random.shuffle(sides)
            return tuple(sides)
        rest = self.random.randint(1, patch - 1) if kind == "rest" and patch > 1 else 0
        return self.side(patch, least) + rest, self.side(patch, least) + self.pick(0, rest)

    def square(self, side):
        """A side, or both in a list."""
        return self.pick(side, side, [side, side])

    def heads(self):
        """Heads and channels: one head, odd ones, heads of no multiple of 4, and of more channels than a tile, too."""
        heads, channels = self.pick((4, 16), (2, 32), (3, 22), (1, 64), (6, 8), (2, 40), (1, 17), (5, 7), (3, 1), (1, 130))
        return dict(num_attention_heads=heads, hidden_size=heads * channels)

    def stages(self):
        return self.pick(4, 4, 4, 4, 2, 3, 5)

    def layers(self, first, stages=4):
        """Layers, and as many of them as there are stages, whose tokens are taken, counted from `first`."""
        count = self.random.randint(stages, stages + 2)
        return count, sorted(self.random.sample(range(first, count + first), stages))

    def taps(self, taps):
        """Stages of a backbone by number or by name."""
        return self.pick(dict(out_indices=taps), dict(out_features=[f"stage{tap}" for tap in taps]))

    def channels(self, stages):
        return [self.pick(16, 24, 33, 40, 6, 1) for _ in range(stages)]

    def factors(self, stages):
        return [self.pick(8, 4, 3, 2, 1, 1, 0.5, 0.5, 0.25, 0.3333) for _ in range(stages)]

    def decoder(self, stages):
        return dict(
            neck_hidden_sizes=self.channels(stages),
            fusion_hidden_size=self.pick(24, 32, 40, 64, 18, 7),
            use_bias_in_fusion_residual=self.pick(None, True, False),
            use_batch_norm_in_fusion_residual=self.pick(True, False),
            reassemble_factors=self.factors(stages) if stages != 4 or self.pick(True, False) else [4, 2, 1, 0.5],
        )

    def readout(self):
        return self.pick("project", "project", "add", "ignore")

    def activation(self):
        return self.pick(*ACTIVATIONS)

    def epsilon(self):
        return self.pick(1e-12, 1e-6, 1e-5, 1e-3)
