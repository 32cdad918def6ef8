import { type DepthMapOnDevice, DPT } from "dpt-webgpu";
import { PerspectiveCamera, Scene } from "three";
import { WebGPURenderer } from "three/webgpu";
import { relief } from "./relief.ts";

const input = document.querySelector("input")!;
const output = document.querySelector("output")!;
const source = new URLSearchParams(location.search).get("model") ?? "depth-anything/Depth-Anything-V2-Small-hf";

// One device for both: depth goes from the network to the picture without leaving the GPU.
const model = await DPT.fromPretrained(source);
const renderer = new WebGPURenderer({ device: model.device });
await renderer.init();
renderer.setSize(480, 360);
document.body.append(renderer.domElement);
const camera = new PerspectiveCamera(50, 480 / 360, 0.1, 10);
camera.position.set(0.6, 0.3, 1.6);
camera.lookAt(0, 0, 0);

let scene = new Scene();
renderer.setAnimationLoop(() => renderer.render(scene, camera));

let shown: DepthMapOnDevice<"texture"> | undefined;

input.addEventListener("change", async () => {
  try {
    const photo = await createImageBitmap(input.files![0]!, { imageOrientation: "flipY" });
    const depth = await model.depth(input.files![0]!, { output: "texture" });
    scene = new Scene().add(relief(depth, photo));
    // No frame that is on its way draws the one before.
    shown?.dispose();
    shown = depth;
    output.value = `${depth.width}x${depth.height}, ${depth.unit}`;
  } catch (error) {
    output.value = (error as Error).message;
  }
});
