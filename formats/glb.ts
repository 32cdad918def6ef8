import { Document, WebIO } from "@gltf-transform/core";
import { UsageError } from "../src/index.ts";
import { backProject, type CameraOptions, type DepthPicture, type PointGrid } from "./back-project.ts";

/** A picture file, as glTF takes it for a texture. */
export interface Texture {
  readonly mimeType: "image/png" | "image/jpeg";
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface MeshOptions extends CameraOptions {
  /**
   * Triangles are left out where the farthest corner is more than so much farther than the nearest, as a share of the
   * nearest's distance: there one thing ends before another. 0.1 if left out.
   */
  readonly jump?: number | undefined;
}

/**
 * The depth map as a mesh with the photo on it, binary glTF: a vertex at each pixel, two triangles between four, none where
 * depth jumps. Axes and units as {@link backProject} has them. The photo glows by itself, so that it looks the same under
 * any light.
 * @param photo the picture whose depth it is, of any size
 * @throws UsageError as {@link backProject}, for a jump that is not above 0, or where no triangle is left
 */
export async function glb(picture: DepthPicture, photo: Texture, options: MeshOptions = {}): Promise<Uint8Array> {
  const { jump = 0.1 } = options;
  if (!(jump > 0)) throw new UsageError(`jump: want a number above 0, got ${jump}. Leave it out for the default.`);
  const grid = backProject(picture, options);
  const mesh = meshOf(grid, picture, jump);
  if (mesh.indices.length === 0) {
    const got = `got none between ${grid.columns}x${grid.rows} points`;
    const todo =
      Math.min(picture.width, picture.height) > 1 ? "Take a larger jump or a smaller stride" : "Take a point cloud";
    throw new UsageError(`mesh: want a triangle without a jump of depth, ${got}. ${todo}.`);
  }

  const document = new Document();
  document.getRoot().getAsset().generator = "dpt-webgpu";
  const buffer = document.createBuffer();
  const accessor = (type: "SCALAR" | "VEC2" | "VEC3", array: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) =>
    document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  const texture = document.createTexture("photo").setMimeType(photo.mimeType).setImage(photo.data);
  const material = document
    .createMaterial("photo")
    .setBaseColorFactor([0, 0, 0, 1])
    .setMetallicFactor(0)
    .setRoughnessFactor(1)
    .setEmissiveFactor([1, 1, 1])
    .setEmissiveTexture(texture)
    .setDoubleSided(true);
  const primitive = document
    .createPrimitive()
    .setAttribute("POSITION", accessor("VEC3", mesh.positions))
    .setAttribute("TEXCOORD_0", accessor("VEC2", mesh.textureCoordinates))
    .setIndices(accessor("SCALAR", mesh.indices))
    .setMaterial(material);
  const node = document.createNode("depth").setMesh(document.createMesh("depth").addPrimitive(primitive));
  document.getRoot().setDefaultScene(document.createScene().addChild(node));
  return new WebIO().writeBinary(document);
}

interface Mesh {
  readonly positions: Float32Array<ArrayBuffer>;
  readonly textureCoordinates: Float32Array<ArrayBuffer>;
  readonly indices: Uint32Array<ArrayBuffer>;
}

function meshOf(grid: PointGrid, { width, height }: DepthPicture, jump: number): Mesh {
  const indices = triangles(grid, jump);
  // Points that no triangle has are left out; the others are numbered as they come up, from 1 for now.
  const numbers = new Uint32Array(grid.pixels.length);
  const points = new Uint32Array(grid.pixels.length);
  let count = 0;
  for (const [i, point] of indices.entries()) {
    if (numbers[point] === 0) {
      points[count] = point;
      numbers[point] = ++count;
    }
    indices[i] = numbers[point]! - 1;
  }
  const positions = new Float32Array(3 * count);
  const textureCoordinates = new Float32Array(2 * count);
  for (const [i, point] of points.subarray(0, count).entries()) {
    positions.set(grid.positions.subarray(3 * point, 3 * point + 3), 3 * i);
    const pixel = grid.pixels[point]!;
    const [u, v] = [pixel % width, Math.floor(pixel / width)];
    textureCoordinates.set([(u + 0.5) / width, (v + 0.5) / height], 2 * i);
  }
  return { positions, textureCoordinates, indices };
}

/** Three points for each triangle, counterclockwise as the viewer sees it. */
function triangles({ columns, rows, distances }: PointGrid, jump: number): Uint32Array<ArrayBuffer> {
  const found = new Uint32Array(6 * (columns - 1) * (rows - 1));
  let count = 0;
  const add = (i: number, j: number, k: number) => {
    const [a, b, c] = [distances[i]!, distances[j]!, distances[k]!];
    // False where one of them is NaN.
    if (!(Math.max(a, b, c) <= Math.min(a, b, c) * (1 + jump))) return;
    found.set([i, j, k], count);
    count += 3;
  };
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const upper = row * columns + column;
      const lower = upper + columns;
      add(upper, lower, upper + 1);
      add(upper + 1, lower, lower + 1);
    }
  }
  return found.slice(0, count);
}
