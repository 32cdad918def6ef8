/** A file or a folder that the kit takes as it is. */
export interface KitFile {
  /** Absolute, or from the repository's root. */
  readonly from: string;
  /** In the kit. */
  readonly to: string;
}

/** What lies elsewhere on each machine. */
export interface KitPlaces {
  /** Node's program, which brings all it needs but libstdc++. */
  readonly node: string;
  /** The folder with `libvulkan.so.1`. */
  readonly loader: string;
  /** The folder of a quantised `dpt-small-camvid`. */
  readonly model: string;
}

export const MODEL = "weights/dpt-small-camvid";

const ORT = "node_modules/onnxruntime-node";
const ORT_COMMON = "node_modules/onnxruntime-common";

/** Programs and libraries, which lose their symbols where there is a `strip`. */
export const BINARIES: readonly string[] = [
  "node",
  "node_modules/webgpu/dist/linux-x64/dawn.node",
  `${ORT}/bin/napi-v6/linux/x64/libonnxruntime.so.1`,
  `${ORT}/bin/napi-v6/linux/x64/onnxruntime_binding.node`,
];

/** Everything but the bundle, the README and the licence that its model's folder has. */
export function kitFiles({ node, loader, model }: KitPlaces): KitFile[] {
  return [
    { from: node, to: "node" },
    { from: `${loader}/libvulkan.so.1`, to: "lib/libvulkan.so.1" },
    ...same("", ["node_modules/webgpu/package.json", "node_modules/webgpu/index.js", "node_modules/webgpu/LICENSE.md"]),
    ...same("", ["node_modules/webgpu/dist/linux-x64/dawn.node"]),
    // Both backends, WebGPU and CPU, and a Dawn of its own are inside the one library.
    ...same("bench/peers/", [`${ORT}/package.json`, `${ORT}/dist`, `${ORT}/bin/napi-v6/linux/x64`]),
    ...same("bench/peers/", [`${ORT_COMMON}/package.json`, `${ORT_COMMON}/dist/cjs`]),
    ...same("", ["LICENSE", "examples/street.png", "bench/peers/torch_dpt.py"]),
    ...["node", "onnxruntime"].map((name) => {
      return { from: `bench/kit/inside/licences/${name}.txt`, to: `licences/${name}.txt` };
    }),
    // The Vulkan loader's, whose package brings no text.
    { from: "weights/depth-anything-v2-small/LICENSE", to: "licences/vulkan-loader.txt" },
    { from: "bench/kit/run.sh", to: "run.sh" },
    { from: "bench/kit/nvidia-egl.json", to: "lib/nvidia-egl.json" },
    ...["config.json", "preprocessor_config.json", "model.safetensors"].map((name) => {
      return { from: `${model}/${name}`, to: `${MODEL}/${name}` };
    }),
    ...same("", [`${MODEL}/README.md`]),
  ];
}

function same(folder: string, paths: readonly string[]): KitFile[] {
  return paths.map((path) => ({ from: folder + path, to: path }));
}
