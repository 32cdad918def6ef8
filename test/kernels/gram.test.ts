import { expect, test } from "vitest";
import { gram } from "../../src/kernels/gram.ts";
import { randomNormal } from "../random.ts";
import { gram as gramLoop } from "../reference/gram.ts";
import { runFloat } from "../run-kernel.ts";

test.each([
  [1, 1],
  [7, 5],
  [19, 64],
  [33, 130],
  // The second block has 13 of 512 channels.
  [5, 525],
])("of %i rows of %i channels", async (rows, channels) => {
  const x = randomNormal(rows * channels, 1);
  const got = await runFloat(gram({ rows, channels }), x);
  const size = Math.min(512, 4 * Math.ceil(channels / 4));
  expect(got.length).toBe(Math.ceil(channels / size) * size * size);
  for (let at = 0; at < got.length; at++) {
    const block = Math.floor(at / size / size) * size;
    const [i, j] = [block + (Math.floor(at / size) % size), block + (at % size)];
    const want = Math.max(i, j) < channels ? gramLoop(x, channels, i, j) : 0;
    if (!(Math.abs(got[at]! - want) <= 1e-5 * rows)) expect(got[at], `[${i}, ${j}]`).toBe(want);
  }
});
