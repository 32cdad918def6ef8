import { OrthographicCamera, RenderTarget, Scene } from "three";
import { WebGPURenderer } from "three/webgpu";
import { relief } from "../../../examples/three/relief.ts";
import { DPT, filesFromUrl } from "../../../src/index.ts";
import { withProcessor } from "../../small-models.ts";

declare global {
  /** RGBA, 64×64, of examples/three's relief of a photo that is red on the left and blue on the right, and its depth. */
  var reliefOf: (url: string) => Promise<{ front: number[]; side: number[]; depth: number[] }>;
}

const SIZE = 64;

globalThis.reliefOf = async (url) => {
  using model = await DPT.load(withProcessor(filesFromUrl(url), { size: 32 }));
  const canvas = new OffscreenCanvas(32, 32);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#f00";
  context.fillRect(0, 0, 16, 32);
  context.fillStyle = "#00f";
  context.fillRect(16, 0, 16, 32);
  using depth = await model.depth(canvas, { output: "texture" });
  const renderer = new WebGPURenderer({ device: model.device });
  await renderer.init();
  // Never to a canvas: headless Chromium loses its software device when it shows one.
  const target = new RenderTarget(SIZE, SIZE);
  renderer.setRenderTarget(target);
  const scene = new Scene().add(relief(depth, await createImageBitmap(canvas)));
  const camera = new OrthographicCamera(-0.5, 0.5, 0.5, -0.5, 0, 10);
  const seenFrom = async (x: number, z: number) => {
    camera.position.set(x, 0, z);
    camera.lookAt(0, 0, 0);
    renderer.render(scene, camera);
    return [...(await renderer.readRenderTargetPixelsAsync(target, 0, 0, SIZE, SIZE))];
  };
  const front = await seenFrom(0, 3);
  const side = await seenFrom(3, 0.0001);
  return { front, side, depth: [...(await depth.read()).depth] };
};
