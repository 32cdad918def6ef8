import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import {
  DPT,
  FileError,
  filesFromBlobs,
  type NamedTensor,
  type RawPicture,
  type Task,
  UsageError,
} from "../../src/index.ts";
import { testDevice } from "../device.ts";
import { expectClose } from "../expect-close.ts";
import { overlayFiles } from "../overlay-files.ts";
import { randomStream } from "../random.ts";
import { argMax } from "../reference/arg-max.ts";
import { resize } from "../reference/resize.ts";
import { unitVectors } from "../reference/unit-vectors.ts";

const CASE = filesFromFolder("test/fixtures/cases/tipsv2-dpt");
const PROCESSOR = "preprocessor_config.json";
const json = { image_processor_type: "Tipsv2DptImageProcessor", size: { height: 42, width: 56 }, do_resize: false };
const files = overlayFiles(
  CASE,
  PROCESSOR,
  filesFromBlobs("processor", { [PROCESSOR]: new Blob([JSON.stringify(json)]) }),
);
const TASKS = ["segmentation", "depth", "normals"] as const;
const rule = { mode: "bilinear", alignCorners: false } as const;

const [width, height] = [56, 42];
const next = randomStream(5);
const picture: RawPicture = {
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, () => 256 * next()),
};

/** As Tipsv2DptImageProcessor: rescaled alone. */
const pixelValues: NamedTensor = {
  shape: [1, 3, height, width],
  data: Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const pixels = width * height;
    return picture.data[3 * (i % pixels) + Math.floor(i / pixels)]! / 255;
  }),
};

/** `[1, C, H, W]` at the picture's size, as `[H, W, C]`. */
function atPicture({ shape, data }: NamedTensor, change = (x: Float64Array) => x): Float64Array {
  const [, channels, h, w] = shape as [number, number, number, number];
  const last = Float64Array.from(data, (_, i) => data[(i % channels) * h * w + Math.floor(i / channels)]!);
  return resize(change(last), [h, w, channels], [height, width], rule);
}

let model: DPT;
beforeAll(async () => {
  model = await DPT.load(files, { device: await testDevice() });
});
afterAll(() => model.dispose());

test("one pass tells of all tasks what forward and transformers' post-processing tell", async () => {
  const network = await model.forward(pixelValues);
  expect([...network.keys()]).toEqual(["segmentation_logits", "predicted_depth", "normals"]);
  const { segmentation, depth, normals } = await model.predict(picture);
  expect(segmentation).toMatchObject({ width, height, network: { width, height } });
  expect(segmentation!.classes).toHaveLength(7);
  const want = argMax(atPicture(network.get("segmentation_logits")!), 7);
  const { labels } = segmentation!;
  expect(want.labels.filter((label, i) => want.margins[i]! >= 1e-3 && labels[i] !== label)).toEqual([]);

  expect(depth!.unit).toBe("metres");
  const { data, shape } = network.get("predicted_depth")!;
  expectClose(depth!.depth, atPicture({ data, shape: [1, 1, ...shape.slice(1)] }), [height, width], 1e-4);
  const units = atPicture(network.get("normals")!, (x) => unitVectors(x, 3));
  expectClose(normals!.normals, units, [height, width, 3], 1e-4);
  expect([depth!.timing, normals!.timing]).toEqual([segmentation!.timing, segmentation!.timing]);
});

test("each method answers as predict does, by its own decoder alone", async () => {
  const all = await model.predict(picture);
  expect((await model.segment(picture)).labels).toEqual(all.segmentation!.labels);
  expect((await model.depth(picture)).depth).toEqual(all.depth!.depth);
  expect((await model.normals(picture)).normals).toEqual(all.normals!.normals);
  const planned = async (tasks?: readonly Task[]) => {
    const { kernels } = await model.plan({ picture, tasks });
    const attention = kernels.filter(({ label }) => label.startsWith("attention"));
    const fusion = kernels.filter(({ part }) => part === "fusion");
    return {
      blocks: attention.reduce((sum, { count }) => sum + count, 0),
      fusion: fusion.reduce((sum, { flops }) => sum + flops, 0),
    };
  };
  const one = await planned(["normals"]);
  expect(one.blocks).toBe(4);
  // The backbone once, whatever is asked; a neck for each task.
  expect(await planned(["normals", "depth"])).toEqual({ blocks: 4, fusion: 2 * one.fusion });
  expect(await planned()).toEqual({ blocks: 4, fusion: 3 * one.fusion });
});

test("some of the tasks, in any order", async () => {
  const some = await model.predict(picture, { tasks: ["normals", "segmentation"], resize: "bilinear" });
  expect(Object.keys(some).sort()).toEqual(["normals", "segmentation"]);
  expect(model.tasks).toEqual(TASKS);
});

describe("refuses", () => {
  test.each([[[]], [["depth", "depth"]], [["colour"]]] as unknown as [Task[]][])("tasks %j", async (tasks) => {
    const answer = model.predict(picture, { tasks });
    await expect(answer).rejects.toThrow(UsageError);
    await expect(answer).rejects.toThrow(/^predict: want tasks among segmentation, depth, normals, each once, got \[/);
  });

  test("normals of a model that has none", async () => {
    using other = await DPT.load(filesFromFolder("test/fixtures/cases/dpt-vit-depth"), { device: await testDevice() });
    const want = "normals: want a model of surface normals, got DPTForDepthEstimation. Use depth with this model.";
    await expect(other.normals(picture)).rejects.toThrow(want);
    await expect(other.plan({ tasks: ["normals"], picture })).rejects.toThrow(
      /want preprocessor_config|surface normals/,
    );
  });

  test("a checkpoint without one of the decoders", async () => {
    const config = new Blob([JSON.stringify({ architectures: ["Tipsv2DptForDensePrediction"], num_depth_bins: 17 })]);
    const changed = overlayFiles(CASE, "config.json", filesFromBlobs("config", { "config.json": config }));
    await expect(DPT.load(changed, { device: await testDevice() })).rejects.toThrow(FileError);
  });
});

test.each(["Tipsv2DptForSemanticSegmentation", "Tipsv2DptForDepthEstimation", "Tipsv2DptForNormalEstimation"])(
  "%s reads its decoder out of the checkpoint of all",
  async (architecture) => {
    const whole = await (await CASE.open("config.json"))!.read(0, (await CASE.open("config.json"))!.size);
    const text = JSON.stringify({ ...JSON.parse(new TextDecoder().decode(whole)), architectures: [architecture] });
    const changed = overlayFiles(CASE, "config.json", filesFromBlobs("config", { "config.json": new Blob([text]) }));
    using single = await DPT.load(changed, { device: await testDevice() });
    const [[name, answer]] = [...(await single.forward(pixelValues))] as [[string, NamedTensor]];
    const all = await model.forward(pixelValues);
    expect(answer.data).toEqual(all.get(name === "logits" ? "segmentation_logits" : name)!.data);
  },
);

test.each(["q8", "q4"] as const)("%s: answers near those of f32", async (dtype) => {
  using small = await DPT.load(CASE, { device: await testDevice(), dtype });
  const [got, want] = [await small.forward(pixelValues), await model.forward(pixelValues)];
  for (const [name, { data, shape }] of want) {
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // 0.018 and 0.17 when written: random weights forgive less than trained ones.
    expectClose(got.get(name)!.data, data, shape, scale * { q8: 0.04, q4: 0.4 }[dtype], name);
  }
});
