import { expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT } from "../../src/index.ts";
import { testDevice } from "../device.ts";
import { randomPicture, withProcessor } from "../small-models.ts";

const FOLDER = "test/fixtures/cases/dpt-vit-depth";
const PROCESSOR = { size: { height: 64, width: 64 }, do_resize: true };

/** Depth of a picture, to the bit. */
async function bitsOf(model: DPT, seed: number): Promise<Uint32Array> {
  const { depth } = await model.depth(randomPicture(61, 47, seed));
  return new Uint32Array(depth.buffer, depth.byteOffset, depth.length);
}

test("the same picture gives the same bits: again, after another one, and from a model loaded anew", async () => {
  const load = async () => DPT.load(withProcessor(filesFromFolder(FOLDER), PROCESSOR), { device: await testDevice() });
  using model = await load();
  const first = await bitsOf(model, 1);
  expect(new Set(first).size).toBeGreaterThan(100);
  expect(await bitsOf(model, 1)).toEqual(first);
  expect(await bitsOf(model, 2)).not.toEqual(first);
  expect(await bitsOf(model, 1)).toEqual(first);
  using other = await load();
  expect(await bitsOf(other, 1)).toEqual(first);
});
