import { describe, expect, onTestFinished, test } from "vitest";
import { openCheckpoint } from "../../../src/runtime/checkpoints/checkpoint.ts";
import { Pipelines } from "../../../src/runtime/device/pipelines.ts";
import { MachineError } from "../../../src/runtime/errors.ts";
import { float32ToFloat16Bits } from "../../../src/runtime/floats.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { byteLength } from "../../../src/runtime/graph/tensor.ts";
import type { Weight } from "../../../src/runtime/graph/weight.ts";
import { Session } from "../../../src/runtime/session/session.ts";
import { type LoadProgress, WeightStore } from "../../../src/runtime/session/weight-store.ts";
import { readingAhead } from "../../../src/runtime/sources/reading-ahead.ts";
import { testDevice } from "../../device.ts";
import { randomNormal } from "../../random.ts";
import { bytesOfCheckpoint, memoryCheckpoint } from "../memory-checkpoint.ts";
import { memoryFile } from "../memory-file.ts";
import { spyDevice } from "../spy-device.ts";
import { weightOf } from "../weight-of.ts";

const [a, b, c] = [randomNormal(10, 1), randomNormal(7, 2), randomNormal(300, 3)];
const weights = [weightOf("a", [10]), weightOf("b", [7]), weightOf("c", [300])];

/** The words of a weight's buffer. */
async function readBack(device: GPUDevice, store: WeightStore, weight: Weight): Promise<Uint32Array> {
  const words = byteLength(weight) / 4;
  const graph = new Graph();
  const declare = (binding: number, access: string, name: string) =>
    `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<u32, ${words}>;`;
  const code = `${declare(0, "read", "x")} ${declare(1, "read_write", "y")}
    @compute @workgroup_size(1) fn main() { for (var i = 0; i < ${words}; i++) { y[i] = x[i]; } }`;
  const output = { shape: [words], dtype: "u32" } as const;
  const kernel = { label: "copy", inputs: [weight], output, code, workgroups: [1, 1, 1], flops: 0 } as const;
  graph.output("words", graph.run(kernel, graph.weight(weight)));
  const session = await Session.compile(device, Pipelines.of(device), graph, store);
  const { outputs } = await session.run({});
  session.dispose();
  return new Uint32Array(outputs.get("words")!);
}

test("puts every weight on the device, made from its sources", async () => {
  const device = await testDevice();
  const sum: Weight = {
    label: "a+a·2",
    shape: [10],
    dtype: "f32",
    sources: [
      { name: "a", shape: [10] },
      { name: "twice", shape: [10] },
    ],
    make: (x, y) => x!.map((value, i) => value + y![i]!),
  };
  const checkpoint = await memoryCheckpoint({ a, b, c, twice: a.map((value) => 2 * value) });
  const store = await WeightStore.load(device, checkpoint, [...weights, sum]);
  for (const [i, data] of [a, b, c].entries()) {
    const got = new Float32Array((await readBack(device, store, weights[i]!)).buffer);
    expect(got.slice(0, data.length)).toEqual(data);
  }
  const got = new Float32Array((await readBack(device, store, sum)).buffer);
  expect(got.slice(0, 10)).toEqual(a.map((value) => value + Math.fround(2 * value)));
  expect(store.bytes).toBe(48 + 32 + 1200 + 48);
  store.dispose();
});

test.each([8, 10, 7])("rounds %i numbers to f16 where the weight is", async (length) => {
  const device = await testDevice();
  const values = randomNormal(length, 4);
  const half: Weight = { ...weightOf("a", [length]), dtype: "f16", make: (x) => x! };
  const store = await WeightStore.load(device, await memoryCheckpoint({ a: values }), [half]);
  const bits = new Uint16Array((await readBack(device, store, half)).buffer);
  expect(bits.slice(0, length)).toEqual(float32ToFloat16Bits(values));
  store.dispose();
});

test("reports bytes of the checkpoint as they reach the device", async () => {
  const told: LoadProgress[] = [];
  const onProgress = (progress: LoadProgress) => told.push(progress);
  const store = await WeightStore.load(await testDevice(), await memoryCheckpoint({ a, b, c }), weights, {
    onProgress,
  });
  expect(told).toEqual([
    { loaded: 40, total: 1268 },
    { loaded: 68, total: 1268 },
    { loaded: 1268, total: 1268 },
  ]);
  store.dispose();
});

test("reads in the file's order, whatever the model's", async () => {
  const told: number[] = [];
  const onProgress = ({ loaded }: LoadProgress) => told.push(loaded);
  const { device, made } = spyDevice(await testDevice());
  const checkpoint = await memoryCheckpoint({ a, b, c });
  const store = await WeightStore.load(device, checkpoint, weights.toReversed(), { onProgress });
  expect(made).toEqual(["a", "b", "c"]);
  expect(told).toEqual([40, 68, 1268]);
  store.dispose();
});

test("a distant file is read in whole blocks, and let go of afterwards", async () => {
  const file = memoryFile(await bytesOfCheckpoint({ a, b, c }));
  const source = readingAhead(file);
  const open = async (name: string) => (name === "model.safetensors" ? source : undefined);
  const checkpoint = await openCheckpoint({ name: "distant", open });
  file.reads.length = 0;
  const store = await WeightStore.load(await testDevice(), checkpoint, weights);
  expect(file.reads).toEqual([[0, file.size]]);
  await checkpoint.read("b");
  expect(file.reads).toHaveLength(2);
  store.dispose();
});

test("memory of a distant file's weights is freed once they are on the device; of others it may be somebody's", async () => {
  onTestFinished(withTransfer());
  const device = await testDevice();
  const file = memoryFile(await bytesOfCheckpoint({ a }), "model.safetensors");
  const seen: Float32Array[] = [];
  const spied = (make: NonNullable<Weight["make"]>): Weight => ({
    ...weightOf("a", [10]),
    make: (values) => {
      const made = make(values!) as Float32Array;
      seen.push(values!, made);
      return made;
    },
  });
  const same = spied((values) => values);
  for (const [distant, left] of [
    [readingAhead(file), [0, 0, 0, 0]],
    [file, [10, 12, 10, 10]],
  ] as const) {
    const open = async (name: string) => (name === file.name ? distant : undefined);
    const checkpoint = await openCheckpoint({ name: "folder", open });
    const store = await WeightStore.load(device, checkpoint, [spied(weightOf("a", [10]).make!), same]);
    expect(seen.splice(0).map(({ length }) => length)).toEqual(left);
    const got = new Float32Array((await readBack(device, store, same)).buffer);
    expect(got.slice(0, 10)).toEqual(a);
    store.dispose();
  }
});

/** Gives Node 20 what browsers have: a way to free memory. */
function withTransfer(): () => void {
  const { prototype } = ArrayBuffer as { prototype: { transfer?: unknown } };
  const own = prototype.transfer;
  prototype.transfer = function transfer(this: ArrayBuffer) {
    structuredClone(this, { transfer: [this] });
  };
  return () => {
    if (own) prototype.transfer = own;
    else delete prototype.transfer;
  };
}

describe("leaves nothing on the device after", () => {
  test.each([1, 2])("an abort while weight %i of 3 is told", async (when) => {
    const { device, made, living } = spyDevice(await testDevice());
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    let told = 0;
    const onProgress = () => {
      if (++told === when) controller.abort(reason);
    };
    const options = { onProgress, signal: controller.signal };
    const load = WeightStore.load(device, await memoryCheckpoint({ a, b, c }), weights, options);
    await expect(load).rejects.toBe(reason);
    expect(made).toEqual(["a", "b", "c"].slice(0, when));
    expect(living()).toEqual([]);
  });

  test("an abort before it began", async () => {
    const { device, made } = spyDevice(await testDevice());
    const signal = AbortSignal.abort(new Error("never mind"));
    const load = WeightStore.load(device, await memoryCheckpoint({ a, b, c }), weights, { signal });
    await expect(load).rejects.toThrow("never mind");
    expect(made).toEqual([]);
  });

  test("a tensor that cannot be read", async () => {
    const { device, living } = spyDevice(await testDevice());
    const whole = await memoryCheckpoint({ a, b, c });
    const broken = new Error("the disk is gone");
    const readFloats = async (name: string) => {
      if (name === "c") throw broken;
      return whole.readFloats(name);
    };
    await expect(WeightStore.load(device, { ...whole, readFloats }, weights)).rejects.toBe(broken);
    expect(living()).toEqual([]);
  });

  test("memory that runs out", async () => {
    const real = await testDevice();
    const { device, living } = spyDevice(real, (descriptor) =>
      real.createBuffer(descriptor.label === "b" ? { ...descriptor, size: 2 ** 40 } : descriptor),
    );
    const error = await WeightStore.load(device, await memoryCheckpoint({ a, b, c }), weights).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MachineError);
    expect((error as Error).message).toMatch(/^GPU memory: want 0.0 MB for b beside 0.0 MB, got: /);
    expect(living()).toEqual([]);
  });

  test("dispose", async () => {
    const { device, made, living } = spyDevice(await testDevice());
    const store = await WeightStore.load(device, await memoryCheckpoint({ a, b, c }), weights);
    expect(living()).toEqual(made);
    store.dispose();
    expect(living()).toEqual([]);
  });
});
