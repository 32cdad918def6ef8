import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { DPT, NumberError } from "../../../src/index.ts";
import { testDevice } from "../../device.ts";
import { patchWeight } from "../../patch-weight.ts";
import { randomPicture, withProcessor } from "../../small-models.ts";

const folder = (name: string) => filesFromFolder(`test/fixtures/cases/${name}`);
// 31 pixels are no whole number of words in a row of labels.
const [first, second] = [randomPicture(31, 20, 1), randomPicture(31, 20, 2)];

let device: GPUDevice;
let labels: DPT;
let depth: DPT;

beforeAll(async () => {
  device = await testDevice();
  labels = await DPT.load(withProcessor(folder("dpt-vit-seg"), { size: 32 }), { device });
  depth = await DPT.load(withProcessor(folder("dpt-vit-depth"), { size: 32 }), { device });
});

afterAll(() => {
  labels?.dispose();
  depth?.dispose();
});

/** What a render pass draws of a texture: one byte of red for each pixel. */
async function drawn(texture: GPUTexture, factor: number): Promise<number[]> {
  const isFloat = texture.format === "r32float";
  const code = `
    @group(0) @binding(0) var map: texture_2d<${isFloat ? "f32" : "u32"}>;
    @vertex fn corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
      return vec4f(f32(i & 1) * 4 - 1, f32(i >> 1) * 4 - 1, 0, 1);
    }
    @fragment fn colour(@builtin(position) at: vec4f) -> @location(0) vec4f {
      return vec4f(f32(textureLoad(map, vec2u(at.xy), 0).r) * ${factor}, 0, 0, 1);
    }`;
  const { width, height } = texture;
  const module = device.createShaderModule({ code });
  const pipeline = device.createRenderPipeline({
    layout: "auto",
    vertex: { module },
    fragment: { module, targets: [{ format: "rgba8unorm" }] },
  });
  const { RENDER_ATTACHMENT, COPY_SRC } = GPUTextureUsage;
  const target = device.createTexture({
    size: [width, height],
    format: "rgba8unorm",
    usage: RENDER_ATTACHMENT | COPY_SRC,
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginRenderPass({
    colorAttachments: [{ view: target.createView(), loadOp: "clear", storeOp: "store" }],
  });
  pass.setPipeline(pipeline);
  const entries = [{ binding: 0, resource: texture.createView() }];
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.draw(3);
  pass.end();
  const staging = device.createBuffer({ size: 256 * height, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  encoder.copyTextureToBuffer({ texture: target }, { buffer: staging, bytesPerRow: 256 }, [width, height]);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = new Uint8Array(staging.getMappedRange().slice(0));
  target.destroy();
  staging.destroy();
  return Array.from({ length: width * height }, (_, i) => bytes[256 * Math.floor(i / width) + 4 * (i % width)]!);
}

describe.each(["buffer", "texture"] as const)("in a %s", (output) => {
  test("labels are those that are read back, whatever is asked afterwards", async () => {
    const want = await labels.segment(first);
    using kept = await labels.segment(first, { output });
    await labels.segment(second);
    const got = await kept.read();
    expect(got.labels).toEqual(want.labels);
    expect(new Set(got.labels).size).toBeGreaterThan(1);
    expect({ ...got, timing: 0 }).toEqual({ ...want, timing: 0 });
    expect([kept.width, kept.height, kept.dtype, kept.classes]).toEqual([31, 20, "u8", want.classes]);
  });

  test("depth is that which is read back", async () => {
    const want = await depth.depth(first);
    using kept = await depth.depth(first, { output });
    await depth.depth(second);
    const got = await kept.read();
    expect(got.depth).toEqual(want.depth);
    expect([kept.unit, got.unit, kept.dtype]).toEqual([want.unit, want.unit, "f32"]);
  });

  test("the network works at the size that is asked for", async () => {
    const size = { width: 48, height: 64 };
    const want = await depth.depth(first, { size });
    using kept = await depth.depth(first, { output, size });
    expect(kept.network).toEqual(size);
    expect((await kept.read()).depth).toEqual(want.depth);
  });

  test("a result that was disposed of is read no more", async () => {
    const kept = await labels.segment(first, { output });
    kept.dispose();
    kept.dispose();
    await expect(kept.read()).rejects.toThrow("read: want a result in use, got one disposed.");
  });
});

test("a render pass draws labels and depth", async () => {
  using ids = await labels.segment(first, { output: "texture" });
  expect(ids.texture.format).toBe("r8uint");
  expect(await drawn(ids.texture, 1 / 255)).toEqual([...(await labels.segment(first)).labels]);
  using map = await depth.depth(first, { output: "texture" });
  expect(map.texture.format).toBe("r32float");
  const { depth: values } = await depth.depth(first);
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const bytes = await drawn(map.texture, 1 / largest);
  // A driver may round a half either way.
  for (const [i, value] of values.entries()) expect(Math.abs(bytes[i]! - (255 * value) / largest)).toBeLessThan(0.51);
});

test("a texture of the device is a source", async () => {
  const usage = GPUTextureUsage.COPY_SRC | GPUTextureUsage.COPY_DST;
  const { width, height, data } = first;
  const texture = labels.device.createTexture({ size: [width, height], format: "rgba8unorm", usage });
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : data[3 * (i >> 2) + (i % 4)]!,
  );
  labels.device.queue.writeTexture({ texture }, rgba, { bytesPerRow: 4 * width }, [width, height]);
  const answer = labels.segment(texture);
  texture.destroy();
  expect((await answer).labels).toEqual((await labels.segment(first)).labels);
  const tiled = { tile: 20, overlap: 0.25 };
  const again = labels.device.createTexture({ size: [width, height], format: "rgba8unorm", usage });
  labels.device.queue.writeTexture({ texture: again }, rgba, { bytesPerRow: 4 * width }, [width, height]);
  expect((await labels.segment(again, tiled)).labels).toEqual((await labels.segment(first, tiled)).labels);
  expect((await labels.segment([again, first]))[0]!.labels).toEqual((await labels.segment(first)).labels);
  again.destroy();
});

test.each([
  [{ output: "arrays" }, 'output: want "buffer" or "texture", got "arrays".'],
  [{ output: "buffer", tile: 16 }, "segment: want one picture seen whole with output, got the option tile."],
  [{ output: "buffer", scores: true }, "segment: want one picture seen whole with output, got the option scores."],
])("%o is refused", async (options, message) => {
  await expect(labels.segment(first, options as { output: "buffer" })).rejects.toThrow(message);
});

test("a list is refused with output", async () => {
  const call = labels.segment([first] as never, { output: "buffer" });
  await expect(call).rejects.toThrow("got a list.");
});

test("numbers that are not finite are told when they are read", async () => {
  const broken = await patchWeight(folder("dpt-vit-depth"), "head.head.0.bias", (values) => values.fill(3e38));
  using model = await DPT.load(withProcessor(broken, { size: 32 }), { device });
  using map = await model.depth(first, { output: "buffer" });
  const error = await map.read().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NumberError);
  expect(String(error)).toMatch(/depth: want a finite answer of the network, got NaN or infinity at 620 of 620 pixels/);
});

test("what is aborted while it is computed leaves nothing on the device", async () => {
  const abort = new AbortController();
  const textures: { isDestroyed: boolean }[] = [];
  const create = vi.spyOn(device, "createTexture").mockImplementation((descriptor) => {
    const texture = GPUDevice.prototype.createTexture.call(device, descriptor);
    const record = { isDestroyed: false };
    textures.push(record);
    vi.spyOn(texture, "destroy").mockImplementation(() => {
      record.isDestroyed = true;
      GPUTexture.prototype.destroy.call(texture);
    });
    abort.abort(new Error("enough"));
    return texture;
  });
  try {
    await expect(labels.segment(first, { output: "texture", signal: abort.signal })).rejects.toThrow("enough");
    await labels.segment(first);
    expect(textures).toEqual([{ isDestroyed: true }]);
  } finally {
    create.mockRestore();
  }
});

test("an aborted call ends at once, though others wait before it", async () => {
  const abort = new AbortController();
  const before = labels.segment(second);
  const kept = labels.segment(first, { output: "buffer", signal: abort.signal });
  const listed = labels.segment([first, first], { signal: abort.signal });
  const ended: string[] = [];
  const watched = [before.then(() => ended.push("before")), kept.catch(() => ended.push("kept"))];
  abort.abort(new Error("enough"));
  await expect(kept).rejects.toThrow("enough");
  await expect(listed).rejects.toThrow("enough");
  await Promise.all(watched);
  expect(ended).toEqual(["kept", "before"]);
});
