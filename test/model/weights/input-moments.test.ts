import { expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { DPT, filesFromBlobs, parseConfig, type RawPicture } from "../../../src/index.ts";
import { parseProcessor } from "../../../src/model/pictures/processor.ts";
import { inputMoments } from "../../../src/model/weights/input-moments.ts";
import { quantizeCheckpoint } from "../../../src/model/weights/quantize-checkpoint.ts";
import { openCheckpoint } from "../../../src/runtime/checkpoints/checkpoint.ts";
import { writeSafetensors } from "../../../src/runtime/checkpoints/write-safetensors.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import { readJson } from "../../../src/runtime/sources/read-json.ts";
import { testDevice } from "../../device.ts";
import { overlayFiles } from "../../overlay-files.ts";

const files = filesFromFolder("test/fixtures/cases/dpt-vit-depth");
const pictureOf = (seed: number): RawPicture => ({
  width: 64,
  height: 64,
  data: Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * seed) ^ (i >> 5)),
});

test("of a model: each matrix of its blocks that q4 rounds, and nothing else; they add up over pictures", async () => {
  const device = await testDevice();
  const config = parseConfig(await readJson(files, "config.json", { required: true }));
  const processor = parseProcessor({ size: 64 });
  const checkpoint = await openCheckpoint(files);
  const engine = await Engine.open({ device });
  const momentsOf = (...seeds: number[]) => inputMoments(engine, config, processor, checkpoint, seeds.map(pictureOf));
  const [both, first, second] = [await momentsOf(3, 5), await momentsOf(3), await momentsOf(5)];
  const blocks = Array.from({ length: 4 }, (_, i) => `dpt.encoder.layer.${i}`);
  expect([...both.keys()]).toEqual(
    blocks.flatMap((block) => [
      `${block}.attention.attention.query+key+value`,
      `${block}.intermediate.dense`,
      `${block}.output.dense`,
    ]),
  );
  for (const [label, moments] of both) {
    const side = label.endsWith("output.dense") ? 128 : 64;
    expect(moments.length).toBe(side * side);
    expect(moments).toEqual(first.get(label)!.map((value, i) => value + second.get(label)![i]!));
    // Symmetric, and squares on the diagonal.
    expect(moments[1]).toBeCloseTo(moments[side]!, 3);
    expect(moments[side + 1]).toBeGreaterThan(0);
  }

  const ahead = await quantizeCheckpoint(config, checkpoint, "q4", both);
  const plain = await quantizeCheckpoint(config, checkpoint, "q4");
  expect(ahead.tensors).toEqual(plain.tensors);
  const parts: BlobPart[] = [];
  for await (const piece of writeSafetensors(ahead.tensors, ahead.bytesOf, ahead.metadata)) parts.push(piece);
  const file = "model.safetensors";
  const calibrated = overlayFiles(files, file, filesFromBlobs("calibrated", { [file]: new Blob(parts) }));

  const preprocessor = "preprocessor_config.json";
  const sized = filesFromBlobs("processor", { [preprocessor]: new Blob(['{ "size": 64 }']) });
  const depthOf = async (source: typeof files, dtype?: "f32" | "q4") => {
    using model = await DPT.load(overlayFiles(source, preprocessor, sized), { device, dtype });
    return (await model.depth(pictureOf(3))).depth;
  };
  const want = await depthOf(files, "f32");
  const errorOf = (got: Float32Array) => Math.hypot(...got.map((value, i) => value - want[i]!));
  expect(errorOf(await depthOf(calibrated))).toBeLessThan(errorOf(await depthOf(files, "q4")));
});
