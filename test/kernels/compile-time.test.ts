import { expect, test } from "vitest";
import { attention } from "../../src/kernels/attention.ts";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { matmul } from "../../src/kernels/matmul.ts";
import { patchEmbed } from "../../src/kernels/patch-embed.ts";
import { QUANTIZED_STORAGE } from "../../src/kernels/shared/quantized-storage.ts";
import { planWinograd } from "../../src/kernels/shared/winograd-plan.ts";
import { winogradInput } from "../../src/kernels/winograd-input.ts";
import { winogradOutput } from "../../src/kernels/winograd-output.ts";
import { winogradWeight } from "../../src/kernels/winograd-weight.ts";
import { runFloat } from "../run-kernel.ts";

// Sizes that no other test has, so that nothing is compiled yet, and with at least 512 rows, so that tiles are the
// largest; small otherwise, since some drivers compile at the first run.
const map = { batch: 1, height: 22, width: 24, padding: 1, size: 3, stride: 1, precision: "f32" } as const;
const tiles = { ...planWinograd({ ...map, side: 4, channelsIn: 13, channelsOut: 67 }), precision: "f32" } as const;
const kernels = [
  winogradInput({ ...tiles, relu: true }),
  winogradOutput({ ...tiles, bias: "channel", residuals: 2 }),
  winogradWeight({ ...tiles, quantized: QUANTIZED_STORAGE.q8 }),
  winogradWeight({ ...tiles, quantized: QUANTIZED_STORAGE.q4 }),
  matmul({
    batch: 1,
    rows: 531,
    channelsIn: 12,
    channelsOut: 68,
    bias: "channel",
    activation: "gelu",
    precision: "f32",
  }),
  matmul({ batch: 3, rows: 177, channelsIn: 13, channelsOut: 67, bias: "image", residuals: 2, precision: "f32" }),
  conv2d({ ...map, channelsIn: 12, channelsOut: 68, relu: true, bias: "channel", residuals: 2 }),
  conv2d({ ...map, channelsIn: 13, channelsOut: 67, relu: true, bias: "channel", residuals: 2 }),
  convTranspose2d({ ...map, channelsIn: 12, channelsOut: 16 }),
  patchEmbed({ batch: 1, channelsIn: 3, height: 92, width: 96, patch: 4, channelsOut: 68, precision: "f32" }),
  attention({ batch: 1, tokens: 67, heads: 1, headSize: 64, scale: 0.125, precision: "f32" }),
  attention({ batch: 2, tokens: 67, heads: 1, headSize: 64, scale: 1, bias: true, regions: 2, precision: "f32" }),
];

/** Each takes 0.1 to 0.3 s on SwiftShader; what its optimiser chokes on takes 17. */
test.each(kernels.map((kernel) => [kernel.label, kernel] as const))("%s compiles in seconds", async (_, kernel) => {
  const inputs = kernel.inputs.map(({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const began = performance.now();
  await runFloat(kernel, ...inputs);
  expect(performance.now() - began).toBeLessThan(5000);
});
