import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, filesFromBlobs, type LoadOptions, type RawPicture, UsageError } from "../../src/index.ts";
import { testDevice } from "../device.ts";
import { overlayFiles } from "../overlay-files.ts";
import { randomStream } from "../random.ts";
import { spyDevice } from "../runtime/spy-device.ts";

const file = "preprocessor_config.json";
const files = overlayFiles(
  filesFromFolder("test/fixtures/cases/dpt-vit-seg"),
  file,
  filesFromBlobs("processor", { [file]: new Blob([JSON.stringify({ size: 32 })]) }),
);
const next = randomStream(1);
const picture: RawPicture = {
  width: 32,
  height: 32,
  data: Uint8Array.from({ length: 3 * 32 * 32 }, () => 256 * next()),
};
const size = { width: 32, height: 32 };

/** A model whose device and store are watched. */
async function open(options: LoadOptions = {}) {
  const spy = spyDevice(await testDevice());
  const kept = new Map<string, unknown>();
  const tuningStore = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => {
      kept.set(key, value);
    },
  };
  const notices: string[] = [];
  const onNotice = (notice: string) => notices.push(notice);
  const model = await DPT.load(files, { device: spy.device, tuningStore, onNotice, ...options });
  return { model, spy, kept, notices };
}

const measured = async (model: DPT) =>
  (await model.plan({ picture: size })).kernels.filter(({ why }) => why?.startsWith("measured"));

describe("tuning", () => {
  test("takes what is fastest from then on, and the answer stays", async () => {
    const { model, kept, notices } = await open();
    const before = await model.segment(picture);
    expect(await measured(model)).toEqual([]);
    const { done, total } = await model.tune({ picture: size, milliseconds: 1 });
    expect(done).toBeGreaterThan(0);
    expect(total).toBeGreaterThan(done);
    expect(kept.size).toBeGreaterThan(0);
    expect((await measured(model)).length).toBeGreaterThan(0);
    const after = await model.segment(picture);
    expect(after.labels).toEqual(before.labels);
    expect(notices).toEqual([]);
    model.dispose();
  });

  test("waits for the first answer, and for every call after it", async () => {
    const { model, kept } = await open({ tuning: "idle" });
    await model.segment(picture);
    expect(kept.size).toBe(0);
    await expect.poll(() => kept.size, { interval: 20 }).toBeGreaterThan(0);
    const order: string[] = [];
    const first = model.segment(picture).then(() => order.push("first"));
    const second = model.segment(picture).then(() => order.push("second"));
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
    model.dispose();
  });

  test("is off where the CPU does the work, unless asked for", async () => {
    const { model, kept } = await open();
    await model.segment(picture);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(kept.size).toBe(0);
    model.dispose();
  });

  test("ends when aborted, keeps what it knows, and the model goes on", async () => {
    const { model, kept } = await open();
    const abort = new AbortController();
    const tuning = model.tune({ picture: size, milliseconds: 60_000, signal: abort.signal });
    await expect.poll(() => kept.size, { interval: 20 }).toBeGreaterThan(0);
    abort.abort(new Error("enough"));
    await expect(tuning).rejects.toThrow("enough");
    expect((await model.segment(picture)).labels).toHaveLength(32 * 32);
    model.dispose();
  });

  test("ends when the model is disposed of, and nothing stays allocated", async () => {
    const { model, spy, kept } = await open();
    const tuning = model.tune({ picture: size, milliseconds: 60_000 });
    const ended = expect(tuning).rejects.toThrow(UsageError);
    await expect.poll(() => kept.size, { interval: 20 }).toBeGreaterThan(0);
    model.dispose();
    await ended;
    await expect.poll(spy.living).toEqual([]);
  });
});
