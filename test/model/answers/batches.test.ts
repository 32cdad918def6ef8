import { expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { DPT, type RawPicture } from "../../../src/index.ts";
import { batchesOf } from "../../../src/model/answers/batches.ts";
import { testDevice } from "../../device.ts";
import { expectClose } from "../../expect-close.ts";
import { spyDevice } from "../../runtime/spy-device.ts";
import { randomPicture, withProcessor } from "../../small-models.ts";

const CASES = "test/fixtures/cases/";
const segmentation = withProcessor(filesFromFolder(`${CASES}dpt-vit-seg`), { size: 32 });
const keepAspect = { size: 32, keep_aspect_ratio: true, ensure_multiple_of: 16 };
const depth = withProcessor(filesFromFolder(`${CASES}dpt-vit-depth`), keepAspect);

test("pictures of one network size share a batch, those of one size side by side", () => {
  const size = (width: number, height: number) => ({ width, height });
  const pictures = [size(4, 4), size(8, 8), size(9, 4), size(4, 4), size(5, 4), size(4, 4)];
  const networkOf = ({ width }: { width: number }) => (width < 8 ? size(1, 1) : size(2, 2));
  expect(batchesOf(pictures, networkOf, 3)).toEqual([
    { indices: [0, 3, 5], groups: [{ picture: size(4, 4), count: 3 }] },
    { indices: [4], groups: [{ picture: size(5, 4), count: 1 }] },
    {
      indices: [1, 2],
      groups: [
        { picture: size(8, 8), count: 1 },
        { picture: size(9, 4), count: 1 },
      ],
    },
  ]);
  expect(batchesOf([], networkOf, 3)).toEqual([]);
  for (const largest of [0, 1.5, Number.NaN]) {
    expect(() => batchesOf(pictures, networkOf, largest)).toThrow(
      `batch: want a whole number of pictures from 1 up, got ${largest}`,
    );
  }
});

test("a list is labelled as its pictures one by one, in its order", async () => {
  using model = await DPT.load(segmentation, { device: await testDevice() });
  const sizes = [
    [32, 32],
    [20, 30],
    [32, 32],
    [33, 7],
    [20, 30],
    [32, 32],
    [1, 1],
  ] as const;
  const pictures = sizes.map(([width, height], i) => randomPicture(width, height, i));
  const options = { scores: true } as const;
  const list = await model.segment(pictures, { ...options, batch: 3 });
  expect(list.map(({ width, height }) => [width, height])).toEqual(sizes);
  expect(list.reduce((sum, { batch }) => sum + 1 / batch, 0)).toBeCloseTo(3, 12);
  for (const [i, picture] of pictures.entries()) {
    const alone = await model.segment(picture, options);
    // Products of a batch sum up in the same order as those of one picture.
    expect(list[i]!.labels).toEqual(alone.labels);
    for (const name of ["confidence", "margin", "entropy"] as const) {
      expectClose(list[i]!.scores![name], alone.scores![name], [picture.height, picture.width], 1e-5, name);
    }
    expect(alone).toMatchObject({ batch: 1, passes: 1 });
  }
  expect(await model.segment([])).toEqual([]);
});

test("depth of pictures for which the network works at several sizes", async () => {
  using model = await DPT.load(depth, { device: await testDevice() });
  const pictures = [
    [64, 32],
    [32, 32],
    [64, 32],
    [70, 35],
    [40, 40],
  ].map(([w, h], i) => randomPicture(w!, h!, i));
  const list = await model.depth(pictures);
  expect(list.map(({ network, batch }) => [network.width, network.height, batch])).toEqual([
    [64, 32, 3],
    [32, 32, 2],
    [64, 32, 3],
    [64, 32, 3],
    [32, 32, 2],
  ]);
  for (const [i, picture] of pictures.entries()) {
    const alone = await model.depth(picture);
    expectClose(list[i]!.depth, alone.depth, [picture.height, picture.width], 1e-5, `picture ${i}`);
  }
});

test("the batch is known before it is run", async () => {
  using model = await DPT.load(segmentation, { device: await testDevice() });
  const picture = { width: 32, height: 32 };
  const [one, four] = [await model.plan({ picture }), await model.plan({ picture, batch: 4 })];
  expect(four.flops / one.flops).toBeGreaterThan(3.5);
  expect(four.dispatches).toBeLessThan(2 * one.dispatches);
});

test("a list that is aborted or refused leaves nothing running", async () => {
  const { device, living } = spyDevice(await testDevice());
  {
    using model = await DPT.load(segmentation, { device });
    const pictures: RawPicture[] = [randomPicture(32, 32, 1), randomPicture(9, 9, 2)];
    await expect(model.segment(pictures, { batch: 0 })).rejects.toThrow("batch: want a whole number");
    await expect(model.segment([...pictures, { ...pictures[0]!, width: 3 }])).rejects.toThrow("got 3072");
    const reason = new Error("enough");
    await expect(model.segment(pictures, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await model.segment(pictures)).toHaveLength(2);
  }
  await expect.poll(living).toEqual([]);
});
