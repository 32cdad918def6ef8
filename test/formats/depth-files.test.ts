import { WebIO } from "@gltf-transform/core";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { backProject } from "../../formats/back-project.ts";
import { type DepthPicture, glb, npy, ply } from "../../formats/index.ts";

const metres = (width: number, height: number, depth: number[]): DepthPicture => {
  return { width, height, depth: Float32Array.from(depth), unit: "metres" };
};

describe("points in space", () => {
  test("lie on the rays through their pixels", () => {
    const { positions } = backProject(metres(2, 2, [1, 2, 3, 4]), { fov: 90 });
    // f = 1: half a pixel beside the middle at distance 1.
    expect([...positions]).toEqual([-0.5, 0.5, -1, 1, 1, -2, -1.5, -1.5, -3, 2, -2, -4]);
  });

  test("of inverse depth are 1 to `range` away, 1/z linear between", () => {
    const picture: DepthPicture = { width: 3, height: 1, depth: Float32Array.of(-2, 8, 3), unit: "relative inverse" };
    expect([...backProject(picture).distances].map((z) => 1 / z)).toEqual([
      expect.closeTo(0.1, 6),
      expect.closeTo(1, 6),
      expect.closeTo(0.55, 6),
    ]);
    expect(backProject(picture, { range: 4 }).distances[0]).toBeCloseTo(4, 5);
    const flat = { ...picture, depth: new Float32Array(3) };
    expect([...backProject(flat).distances]).toEqual([1, 1, 1]);
  });

  test("may be every n-th", () => {
    const { columns, rows, pixels } = backProject(metres(5, 3, new Array(15).fill(1)), { stride: 2 });
    expect([columns, rows, ...pixels]).toEqual([3, 2, 0, 2, 4, 10, 12, 14]);
  });

  test.each([
    [{ fov: 180 }, "fov: want degrees between 0 and 180, got 180"],
    [{ fov: Number.NaN }, "fov: want degrees between 0 and 180, got NaN"],
    [{ range: 1 }, "range: want a number above 1, got 1"],
    [{ stride: 0.5 }, "stride: want a whole number from 1 up, got 0.5"],
  ])("refuse %o", (options, message) => {
    expect(() => backProject(metres(1, 1, [1]), options)).toThrow(message);
  });
});

test("PLY has the header's count of points, with the photo's colours, none without a depth", () => {
  const photo = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 9, 4, 5, 6, 9) };
  const bytes = ply(metres(2, 1, [0, 2]), photo, { fov: 90 });
  const text = Buffer.from(bytes).toString("latin1");
  const end = text.indexOf("end_header\n") + "end_header\n".length;
  expect(text.slice(0, end)).toBe(
    "ply\nformat binary_little_endian 1.0\n" +
      "comment dpt-webgpu; x right, y up, z towards the viewer at the origin, in metres\nelement vertex 1\n" +
      "property float x\nproperty float y\nproperty float z\n" +
      "property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n",
  );
  expect(bytes.length - end).toBe(15);
  const view = new DataView(bytes.buffer, end);
  expect([0, 4, 8].map((at) => view.getFloat32(at, true))).toEqual([1, -0, -2]);
  expect([12, 13, 14].map((at) => view.getUint8(at))).toEqual([4, 5, 6]);
  expect(() => ply(metres(2, 1, [1, 2]), { ...photo, width: 1 })).toThrow(
    "photo: want 2x1 pixels of RGB or RGBA, got 1x1",
  );
});

describe("a mesh", () => {
  const texture = async () => {
    const create = { width: 3, height: 2, channels: 3, background: "#123456" } as const;
    const data = new Uint8Array(await sharp({ create }).png().toBuffer());
    return { mimeType: "image/png", data } as const;
  };

  const read = async (bytes: Uint8Array) => {
    const root = (await new WebIO().readBinary(bytes)).getRoot();
    const primitive = root.listMeshes()[0]!.listPrimitives()[0]!;
    return {
      root,
      positions: primitive.getAttribute("POSITION")!.getArray()!,
      coordinates: primitive.getAttribute("TEXCOORD_0")!.getArray()!,
      indices: [...primitive.getIndices()!.getArray()!],
    };
  };

  test("has two triangles between four points, front towards the viewer, and the photo", async () => {
    const photo = await texture();
    const { root, positions, coordinates, indices } = await read(await glb(metres(3, 2, [1, 1, 1, 1, 1, 1]), photo));
    expect(positions).toHaveLength(18);
    expect(indices).toHaveLength(12);
    const point = (i: number) => [positions[3 * i]!, positions[3 * i + 1]!] as const;
    for (let i = 0; i < 12; i += 3) {
      const [a, b, c] = indices.slice(i, i + 3).map(point);
      expect((b![0] - a![0]) * (c![1] - a![1]) - (b![1] - a![1]) * (c![0] - a![0])).toBeGreaterThan(0);
    }
    const first = indices.findIndex((index) => positions[3 * index]! < 0 && positions[3 * index + 1]! > 0);
    expect(coordinates[2 * indices[first]!]).toBeCloseTo(1 / 6, 6);
    expect(coordinates[2 * indices[first]! + 1]).toBeCloseTo(1 / 4, 6);
    expect(root.listTextures()[0]!.getImage()).toEqual(photo.data);
    expect(root.listMaterials()[0]!.getEmissiveTexture()).toBe(root.listTextures()[0]);
  });

  test("ends where depth jumps, and where there is none", async () => {
    const photo = await texture();
    const jumps = metres(3, 2, [1, 1.05, 2, 1, 1.05, 2]);
    expect((await read(await glb(jumps, photo))).indices).toHaveLength(6);
    expect((await read(await glb(jumps, photo, { jump: 1 }))).indices).toHaveLength(12);
    expect((await read(await glb(metres(3, 2, [1, 1, 1, 1, 1, 0]), photo))).indices).toHaveLength(9);
    await expect(glb(metres(2, 2, [1, 0, 0, 0]), photo)).rejects.toThrow("mesh: want a triangle without a jump");
    await expect(glb(jumps, photo, { jump: 0 })).rejects.toThrow("jump: want a number above 0, got 0");
  });
});

test(".npy is what NumPy saves", () => {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  const size = { width: 3, height: 2 };
  const labels = npy(size, Uint8Array.of(9, 1, 2, 3, 4, 5, 6).subarray(1));
  expect([...labels.slice(0, 8)]).toEqual([0x93, ...Buffer.from("NUMPY"), 1, 0]);
  expect(text(labels.slice(10))).toMatch(/^\{'descr':'\|u1','fortran_order':False,'shape':\(2,3\)\} *\n/);
  expect([...labels.slice(-6)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new DataView(labels.buffer).getUint16(8, true) + 10).toBe(labels.length - 6);
  expect(text(npy(size, new Uint16Array(6)))).toContain("'descr':'<u2'");
  const depth = npy(size, Float32Array.of(1, 2, 3, 4, 5, 6.5));
  expect(text(depth)).toContain("'descr':'<f4'");
  expect(new DataView(depth.buffer).getFloat32(depth.length - 4, true)).toBe(6.5);
});
