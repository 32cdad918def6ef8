import {
  Box3,
  type BufferGeometry,
  type Mesh,
  MeshBasicMaterial,
  type MeshStandardMaterial,
  type Object3D,
  PerspectiveCamera,
  Scene,
  type Texture,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { MachineError } from "../../src/index.ts";
import { nextTask } from "../next-task.ts";
import type { Shown } from "../save/make-file.ts";
import { writeMesh } from "../save/writer.ts";

/** More than a screen shows; fewer turn smoothly on a phone. */
const POINTS = 160_000;
/** A texture of four million pixels takes the page 40 ms to hand to WebGL, and on a mesh of so many points looks no finer. */
const TEXTURE = 1280;
const TURN = Math.PI / 36;
/** As `backProject` has it where nothing is told of the lens. */
const FIELD_OF_VIEW = 60;

/**
 * Draws a depth map into a canvas as the mesh that can be downloaded, and turns it as hands and keys ask. It is drawn only
 * when something moves.
 * @throws MachineError without WebGL; the signal's reason when aborted
 */
export async function reliefScene(canvas: HTMLCanvasElement, shown: Shown, signal: AbortSignal): Promise<void> {
  const file = await writeMesh(shown, { points: POINTS, longest: TEXTURE });
  const { scene: model } = await new GLTFLoader().parseAsync(file.buffer, "");
  await nextTask(signal);
  const renderer = openRenderer(canvas);
  signal.addEventListener("abort", () => renderer.dispose());
  await nextTask(signal);
  const scene = new Scene();
  scene.add(model);
  for (const { mesh, photo } of meshesOf(model)) {
    // The photo glows by itself: without lights a plain material shows the same and costs less.
    mesh.material = new MeshBasicMaterial({ map: photo });
    if (photo) renderer.initTexture(photo);
  }
  await nextTask(signal);
  const camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.01, 1000);
  await renderer.compileAsync(scene, camera);
  await nextTask(signal);
  show({ canvas, renderer, scene, camera, signal, ratio: shown.picture.height / shown.picture.width });
}

function meshesOf(model: Object3D): { mesh: Mesh; photo: Texture | null }[] {
  const found: { mesh: Mesh; photo: Texture | null }[] = [];
  model.traverse((node) => {
    const mesh = node as Mesh<BufferGeometry, MeshStandardMaterial>;
    if (mesh.isMesh) found.push({ mesh: mesh as Mesh, photo: mesh.material.emissiveMap });
  });
  return found;
}

interface Stage {
  readonly canvas: HTMLCanvasElement;
  readonly renderer: WebGLRenderer;
  readonly scene: Scene;
  readonly camera: PerspectiveCamera;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The picture's height by its width. */
  readonly ratio: number;
}

function show({ canvas, renderer, scene, camera, signal, ratio }: Stage): void {
  const controls = new OrbitControls(camera, canvas);
  const middle = new Box3().setFromObject(scene).getCenter(new Vector3());
  const face = () => {
    camera.position.set(0, 0, 0);
    controls.target.copy(middle);
    turn(camera, controls, TURN * 2, -TURN);
  };
  const draw = () => renderer.render(scene, camera);
  const fitCanvas = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0 || height === 0) return;
    renderer.setSize(width, height, false);
    camera.aspect = width / height;
    // The picture's width fills the view as the lens saw it, or its height where the canvas is wide.
    const half = Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    const need = Math.max(half / camera.aspect, half * ratio);
    camera.fov = (2 * Math.atan(need) * 180) / Math.PI;
    camera.updateProjectionMatrix();
    draw();
  };
  controls.addEventListener("change", draw);
  canvas.addEventListener("keydown", (event) => onKey(event, camera, controls, face), { signal });
  // A phone takes the GPU away from a page in the background.
  canvas.addEventListener("webglcontextrestored", draw, { signal });
  const observer = new ResizeObserver(fitCanvas);
  observer.observe(canvas);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    controls.dispose();
  });
  face();
  fitCanvas();
}

function openRenderer(canvas: HTMLCanvasElement): WebGLRenderer {
  try {
    const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    // To look for errors waits until the GPU has done all before: 70 ms seen.
    renderer.debug.checkShaderErrors = false;
    return renderer;
  } catch (cause) {
    throw new MachineError(
      "relief: want WebGL, got none. Switch hardware acceleration on, or download the PLY and open it elsewhere.",
      { cause },
    );
  }
}

function onKey(event: KeyboardEvent, camera: PerspectiveCamera, controls: OrbitControls, face: () => void): void {
  const turns: Record<string, [number, number]> = {
    ArrowLeft: [-TURN, 0],
    ArrowRight: [TURN, 0],
    ArrowUp: [0, TURN],
    ArrowDown: [0, -TURN],
  };
  const by = turns[event.key];
  if (by) turn(camera, controls, ...by);
  else if (event.key === "Home") face();
  else if (event.key === "+" || event.key === "=") approach(camera, controls, 0.9);
  else if (event.key === "-") approach(camera, controls, 1 / 0.9);
  else return;
  event.preventDefault();
}

/** Goes round what is looked at, by radians. */
function turn(camera: PerspectiveCamera, controls: OrbitControls, sideways: number, up: number): void {
  const offset = camera.position.clone().sub(controls.target);
  const right = new Vector3().crossVectors(camera.up, offset).normalize();
  offset.applyAxisAngle(camera.up, sideways).applyAxisAngle(right, -up);
  camera.position.copy(controls.target).add(offset);
  controls.update();
}

function approach(camera: PerspectiveCamera, controls: OrbitControls, factor: number): void {
  camera.position.sub(controls.target).multiplyScalar(factor).add(controls.target);
  controls.update();
}
