import type { DepthMapOnDevice } from "dpt-webgpu";
import {
  CanvasTexture,
  ExternalTexture,
  FloatType,
  Mesh,
  NearestFilter,
  PlaneGeometry,
  RedFormat,
  SRGBColorSpace,
} from "three";
import { int, ivec2, positionLocal, texture, textureLoad, uv, vec3 } from "three/tsl";
import { MeshBasicNodeMaterial } from "three/webgpu";

/** How far the nearest pixel stands out, if the answer is `LARGEST` there. */
const HEIGHT = 0.4;
const LARGEST = 10;

/** The photo as a plane that depth lifts. @param photo upside down, as three.js has pictures */
export function relief({ texture: depth, width, height }: DepthMapOnDevice<"texture">, photo: ImageBitmap): Mesh {
  const map = new ExternalTexture(depth);
  // What it is, so that three.js binds it as a texture that no sampler filters.
  Object.assign(map, { type: FloatType, format: RedFormat, magFilter: NearestFilter, minFilter: NearestFilter });
  const [across, down] = [
    uv().x.mul(width - 1),
    uv()
      .y.oneMinus()
      .mul(height - 1),
  ];
  const near = textureLoad(map, ivec2(int(across), int(down)))
    .r.div(LARGEST)
    .clamp(0, 1);
  const material = new MeshBasicNodeMaterial();
  material.positionNode = positionLocal.add(vec3(0, 0, near.mul(HEIGHT)));
  const colours = new CanvasTexture(photo as unknown as HTMLCanvasElement);
  colours.flipY = false;
  colours.colorSpace = SRGBColorSpace;
  material.colorNode = texture(colours);
  return new Mesh(new PlaneGeometry(width / height, 1, 160, 120), material);
}
