import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { fileSource } from "../../cli/node-files.ts";
import { type Precision, type RawPicture, readTensors, STAGE_TOLERANCE } from "../../src/index.ts";
import { testHalfKernels } from "./half-kernels.ts";
import { openWgpu, type Wgpu } from "./open-wgpu.ts";
import { testRandomKernels } from "./random-kernels.ts";

const folderOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const CASES = [
  "dpt-vit-seg",
  "dpt-beit-depth",
  "dpt-vit-seg-wide",
  "depth-anything-v2",
  "depth-anything-giant",
  "dpt-vit-depth",
];
/** In f16 the many norms of BiT and of Swin V2's windows round past the bound: 6.8e-3 and 5.4e-3 of a stage's largest value. */
const F32_ONLY = ["dpt-hybrid-depth", "dpt-swinv2-depth"];
const FC1 = "dpt.encoder.layer.2.intermediate.dense.weight";
const FC2 = "dpt.encoder.layer.2.output.dense.weight";
const PATCHES = "dpt.embeddings.patch_embeddings.projection.weight";
const POSITIONS = "dpt.embeddings.position_embeddings";
const TOKEN = "dpt.embeddings.cls_token";

/** lavapipe takes half a minute for the texts of a model. */
const PATIENCE = 300_000;

async function readPhoto(name: string) {
  const folder = folderOf(`test/fixtures/photos/${name}`);
  const { data, info } = await sharp(join(folder, "photo.png")).raw().toBuffer({ resolveWithObject: true });
  const picture: RawPicture = { width: info.width, height: info.height, data: Uint8Array.from(data) };
  const { model } = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")) as { model: string };
  const expected = await readTensors(await fileSource(join(folder, "expected.safetensors")));
  return { folder, model: folderOf(`weights/${model}`), picture, expected };
}

function testModels(wgpu: Wgpu): void {
  describe.each(["f32", "f16"] as const)("%s, stage by stage as PyTorch", (dtype) => {
    test.each(dtype === "f32" ? [...CASES, ...F32_ONLY] : CASES)(
      "%s",
      async (name) => {
        const reports = await wgpu.call("verifyCase", folderOf(`test/fixtures/cases/${name}`), dtype);
        expect(reports).toHaveLength(9);
        for (const { stage, shape, problem } of reports) expect(problem, `${stage} [${shape}]`).toBeUndefined();
        // Were it f32 all the same, it would be this good.
        const worst = Math.max(...reports.map(({ comparison }) => comparison!.maxError / comparison!.scale));
        if (dtype === "f16") expect(worst).toBeGreaterThan(1e-4);
      },
      PATIENCE,
    );
  });

  test(
    "f16 labels a street as f32 does",
    async () => {
      const { model, folder, picture, expected } = await readPhoto("street-b-dpt-small-camvid-196");
      const labels = await wgpu.call("segment", model, folder, picture, "f16");
      const want = expected.get("labels")!.data;
      expect(labels).toHaveLength(want.length);
      // 99.98 % when written.
      expect(want.filter((label, i) => labels[i] === label).length / want.length).toBeGreaterThanOrEqual(0.995);
    },
    PATIENCE,
  );

  test(
    "f16 sees depth as f32 does",
    async () => {
      const { model, folder, picture, expected } = await readPhoto("astronaut-depth-anything-v2-small-140");
      const depth = await wgpu.call("depth", model, folder, picture, "f16");
      const want = expected.get("depth")!.data;
      expect(depth).toHaveLength(want.length);
      const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = want.reduce((most, value, i) => Math.max(most, Math.abs(value - depth[i]!)), 0);
      // 2.1e-3 when written.
      expect(worst / largest).toBeLessThan(STAGE_TOLERANCE.f16);
    },
    PATIENCE,
  );

  const folder = folderOf("test/fixtures/cases/dpt-vit-depth");
  const scaled = (weights: readonly string[], factor: number, dtype: Precision) =>
    wgpu.call("forwardScaled", folder, weights, factor, dtype);

  test.each([
    // Large inside of one MLP, and by it in all that the residuals carry on.
    { weights: [FC1], factor: 3e4, first: "dpt.encoder.layer.2.intermediate.dense" },
    { weights: [FC2], factor: 1e5, first: "dpt.encoder.layer.2.output.dense" },
    // Large from the start; the norms of the blocks take it away, the neck has it all.
    { weights: [PATCHES, POSITIONS, TOKEN], factor: 2e4, first: "dpt.embeddings.patch_embeddings.projection" },
  ])(
    "layers that overflow f16 are kept in f32: $first × $factor",
    async ({ weights, factor, first }) => {
      const want = await scaled(weights, factor, "f32");
      expect([want.kept, want.notices]).toEqual([[], []]);
      const { tensors, kept, notices } = await scaled(weights, factor, "f16");
      expect(kept[0]).toBe(first);
      expect(notices).toEqual([
        `f16 cannot hold the numbers of these layers, from now on they are in f32: ${kept.slice(0, 3).join(", ")}, ${kept.length - 3} more`,
      ]);
      expect(Object.keys(tensors)).toEqual(Object.keys(want.tensors));
      for (const [name, values] of Object.entries(want.tensors)) {
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - tensors[name]![i]!)), 0);
        expect(worst / largest, name).toBeLessThan(STAGE_TOLERANCE.f16);
      }
    },
    PATIENCE,
  );

  test(
    "a weight too large for f16 is named, and not too large for f32",
    async () => {
      await expect(scaled([FC1], 1e7, "f16")).rejects.toThrow(
        /^NumberError: weights: want numbers up to 65504, .* in 'dpt\.encoder\.layer\.2\.intermediate\.dense'\. Load the model with dtype f32\.$/,
      );
      expect((await scaled([FC1], 1e7, "f32")).kept).toEqual([]);
    },
    PATIENCE,
  );
}

const wgpu = await openWgpu();

if (typeof wgpu === "string") {
  const notice = `wgpu suite not run: ${wgpu}`;
  console.warn(notice);
  test.skip(notice);
} else {
  afterAll(() => wgpu.close());
  testModels(wgpu);
  testHalfKernels(wgpu);
  testRandomKernels(wgpu);
}
