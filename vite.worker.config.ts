import { defineConfig } from "vite";

/**
 * Makes one file of the worker's script, over the one that tsc has written, so that whoever serves it needs no other: bundlers
 * that make a classic worker of it (Vite before 8) refuse one in parts, and those that leave workers alone need only copy it.
 */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist/src/worker",
    emptyOutDir: false,
    target: "es2022",
    sourcemap: true,
    license: { fileName: "worker-script.licenses.md" },
    lib: { entry: "src/worker/worker-script.ts", formats: ["es"], fileName: "worker-script" },
    rolldownOptions: { output: { codeSplitting: false, minify: true } },
  },
});
