import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { currentCommit } from "./current-commit.ts";

/** The page that measures in a browser: `npm run bench:page` serves it, `vite build bench` writes it to `out/page`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Relative, so that the built folder can be served from anywhere.
  base: "./",
  define: { COMMIT: JSON.stringify(currentCommit()) },
  server: { fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] } },
  // Not the peers' page, whose packages need not be there. All are known before the first request, or the page reloads in
  // the middle of a run.
  optimizeDeps: { entries: ["index.html"], include: ["idb-keyval", "wgsl-preprocessor/wgsl-preprocessor.js"] },
  build: { outDir: "out/page", target: "es2022" },
});
