import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, NumberError } from "../../src/index.ts";
import { gpuObjects } from "../../src/runtime/device/gpu-objects.ts";
import { checkFinite, checkFitsF16 } from "../../src/runtime/session/check-finite.ts";
import { testDevice } from "../device.ts";
import { patchWeight } from "../patch-weight.ts";
import { randomNormal } from "../random.ts";
import { randomPicture, withProcessor } from "../small-models.ts";

const files = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-seg"), { size: 32 });

describe("a weight that is not finite is refused when it is read", () => {
  // Behind each of these a ReLU, a softmax or a folded norm made a confident answer of it, seen on SwiftShader.
  test.each([
    ["head.head.1.bias", Number.NEGATIVE_INFINITY],
    ["head.head.1.running_var", Number.POSITIVE_INFINITY],
    ["neck.fusion_stage.layers.2.residual_layer1.batch_norm1.running_mean", Number.POSITIVE_INFINITY],
    ["dpt.encoder.layer.1.attention.attention.query.weight", Number.NEGATIVE_INFINITY],
    ["head.head.4.weight", Number.NaN],
  ])("%s: %f", async (name, value) => {
    const device = await testDevice();
    const before = gpuObjects(device);
    let at = 0;
    const broken = await patchWeight(files, name, (values) => {
      at = Math.floor(values.length / 2);
      values[at] = value;
    });
    const error = await DPT.load(broken, { device }).catch((e: unknown) => e as Error);
    expect(error).toBeInstanceOf(NumberError);
    expect((error as Error).message).toContain(`weights: want finite numbers, got ${value} at [${at}] of "${name}".`);
    expect(gpuObjects(device).buffers).toBe(before.buffers);
  });

  test("wherever it stands", () => {
    for (const length of [1, 2, 3, 4, 5, 9, 1000]) {
      const values = randomNormal(length, 1).map((value) => 1e30 * value);
      expect(() => checkFinite("w", values)).not.toThrow();
      for (const i of new Set([0, 1, length >> 1, length - 2, length - 1])) {
        if (i < 0 || i >= length) continue;
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          expect(() => checkFinite("w", values.with(i, value))).toThrow(`got ${value} at [${i}] of "w"`);
        }
      }
    }
  });

  test("and so is one that f16 cannot hold, for f16", () => {
    const values = Float32Array.of(1, -65504, 65504, 0);
    expect(() => checkFitsF16("w", values)).not.toThrow();
    expect(() => checkFitsF16("w", values.with(3, -65520))).toThrow(
      "got -6.6e+4 in 'w'. Load the model with dtype f32.",
    );
    expect(() => checkFitsF16("w", values.with(0, 1e9))).toThrow(NumberError);
  });
});

test("the same picture gives the same bits, run after run, in one submit or many, and by another model", async () => {
  const device = await testDevice();
  const pixels = { shape: [1, 3, 48, 32], data: randomNormal(3 * 48 * 32, 1) };
  const picture = randomPicture(50, 41);
  using one = await DPT.load(files, { device });
  const [logits, labels] = [await one.forward(pixels), (await one.segment(picture)).labels];
  expect(new Set(labels).size).toBeGreaterThan(1);
  for (let i = 0; i < 5; i++) {
    expect(await one.forward(pixels)).toEqual(logits);
    expect((await one.segment(picture)).labels).toEqual(labels);
  }
  // So little that the longest dispatches are cut.
  using other = await DPT.load(files, { device, submitBudget: 30 });
  for (let i = 0; i < 2; i++) expect(await other.forward(pixels)).toEqual(logits);
}, 600_000);
