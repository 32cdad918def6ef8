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
