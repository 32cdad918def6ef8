import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Workers are started with the same libraries.
process.execPath = process.env.LAVAPIPE_NODE!;

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/kernels/paths.test.ts", "test/kernels/attention.test.ts", "test/model/paths.test.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    maxWorkers: 1,
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
