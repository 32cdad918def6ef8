import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The long runs: `npm run fuzz` all of them, `npm run fuzz -- kernels` those whose file is called so.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/fuzz/**/*.fuzz.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    maxWorkers: 1,
    // What runs away ends soon.
    execArgv: ["--max-old-space-size=1024"],
    testTimeout: 6 * 3600_000,
    hookTimeout: 120_000,
  },
});
