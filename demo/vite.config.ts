import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { currentCommit } from "../bench/current-commit.ts";
import { writeLicences } from "./licences/write-licences.ts";
import { listFiles } from "./offline/list-files.ts";

/**
 * What every model needs comes in two files, one with the model and one while its weights are on their way, instead of in
 * thirty that some other part shares.
 */
const codeSplitting = {
  groups: [
    { name: "model", test: /\/src\/model\/model\.ts$/ },
    { name: "network", test: /\/src\/model\/network\.ts$/ },
  ],
};

const licences = writeLicences();

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The page: `npm start` serves it, `npm run build:page` writes it to `out/page`. */
export default defineConfig(({ command }) => ({
  root: pathOf("."),
  // Relative, so that the built folder works below any path, as GitHub Pages has it.
  base: "./",
  // Not PROD, which goes by NODE_ENV: tests build the same page.
  define: { IS_BUILT: command === "build", COMMIT: JSON.stringify(currentCommit()) },
  plugins: [licences.page(), listFiles()],
  server: { fs: { allow: [pathOf("..")] } },
  optimizeDeps: { entries: ["index.html"], include: ["wgsl-preprocessor/wgsl-preprocessor.js"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es", plugins: () => [licences.workers()], rolldownOptions: { output: { codeSplitting } } },
  build: {
    outDir: pathOf("../out/page"),
    emptyOutDir: true,
    // Browsers with WebGPU and light-dark().
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    // A model's config is a file of its own, which is kept like the weights.
    assetsInlineLimit: 0,
    // three.js, loaded when a relief is looked at, is larger than what vite warns of.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      input: { index: pathOf("index.html"), "service-worker": pathOf("offline/service-worker.ts") },
      output: {
        codeSplitting,
        // A worker's address must stay: browsers ask for it again to see whether the page changed.
        entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
}));
