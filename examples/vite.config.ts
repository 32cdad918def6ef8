import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** For `npx vite examples`: each example by its folder. Outside of this repository "dpt-webgpu" is found by itself. */
export default defineConfig({
  resolve: { alias: { "dpt-webgpu": fileURLToPath(new URL("../src/index.ts", import.meta.url)) } },
});
