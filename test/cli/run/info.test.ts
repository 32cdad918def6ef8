import { expect, test } from "vitest";
import { runCli } from "../run-cli.ts";

test("info counts what the model holds and costs", async () => {
  const { code, stdout, stderr } = await runCli("info", "weights/dpt-small-camvid", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({
    architecture: "DPTForSemanticSegmentation",
    backbone: { kind: "vit", layers: 12, hiddenSize: 384, heads: 6, patch: 14 },
    bytes: { I64: 136 },
    files: ["model.safetensors"],
    network: { width: 392, height: 392 },
  });
  // The model's card: 26.0 M parameters in float16.
  expect(told.parameters / 1e6).toBeCloseTo(26.0, 1);
  expect(told.bytes.F16).toBeGreaterThan(2 * told.parameters);
  expect(told.classes).toHaveLength(11);
  expect(told.memory.weights).toBeGreaterThan(1.9 * told.bytes.F16);
  expect(told.memory.activations).toBeGreaterThan(4 * 224 * 224 * 64);
  // 785 tokens: 12 blocks of 24 D² + 4 T·D FLOPs for each token.
  const encoder = 12 * 785 * (24 * 384 ** 2 + 4 * 785 * 384);
  const part = (name: string) => told.flops.parts.find((entry: { part: string }) => entry.part === name);
  expect(part("backbone").flops / encoder).toBeCloseTo(1, 1);
  const sum = told.flops.parts.reduce((total: number, { flops }: { flops: number }) => total + flops, 0);
  expect(told.flops.total).toBe(sum);
  expect(told.flops.parts.map(({ part }: { part: string }) => part)).toEqual([
    "picture in",
    "backbone",
    "reassemble",
    "fusion",
    "head",
    "picture out",
  ]);
});

test("a smaller size costs less, and text says the same as JSON", async () => {
  const { stdout } = await runCli("info", "weights/dpt-small-camvid", "--size", "196x98");
  expect(stdout).toMatch(/picture +196x98, for the network 196x98/);
  expect(stdout).toMatch(/parameters +25,967,659 in 336 tensors/);
  expect(stdout).toMatch(/classes +11: sky, building/);
  expect(Number(/^total +\d+ +([\d.]+)/m.exec(stdout)![1])).toBeLessThan(8);
});

/**
 * What torch.utils.flop_counter counts of transformers' models (torch 2.13, transformers 5.18): products and convolutions as
 * they are written, not what adds and multiplies elements (0.4 % here).
 */
const TORCH = [
  ["dpt-small-camvid", 196, 12_524_869_632],
  ["dpt-small-camvid", 98, 3_217_953_792],
  ["depth-anything-v2-small", 196, 12_292_905_984],
  ["depth-anything-v2-small", 98, 2_984_490_240],
] as const;

test.each(TORCH)(
  "the FLOPs are torch's, but for what is computed otherwise: %s at %i",
  async (model, side, counted) => {
    const { stdout } = await runCli("info", `weights/${model}`, "--size", `${side}x${side}`, "--json");
    const { flops } = JSON.parse(stdout);
    expect(flops.total).toBeLessThan(0.9 * flops.direct);
    const patches = (side / 14) ** 2;
    // The readout's product with the class token is one row's, in each of four; Depth Anything has none.
    const readout = model === "dpt-small-camvid" ? 4 * 2 * patches * 384 ** 2 : 0;
    // Fusion's 1×1 projections come before maps grow to twice their sides (once, twice, 4 and 8 times the patches'), so at a
    // quarter of the pixels.
    const projections = 0.75 * 2 * 64 ** 2 * patches * (1 + 4 + 16 + 64);
    expect((flops.direct + readout + projections) / counted).toBeCloseTo(1, 2);
  },
);
