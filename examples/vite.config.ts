import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** For `npx vite examples`: each example by its folder. Outside of this repository "dpt-webgpu" is found by itself. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^dpt-webgpu$/, replacement: source("index.ts") },
      { find: /^dpt-webgpu\/worker$/, replacement: source("worker/index.ts") },
    ],
  },
  worker: { format: "es" },
});
