import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    setupFiles: ["test/setup.ts"],
    // Dawn lives in processes of its own; a software adapter already takes every core, so more workers only wait.
    pool: "forks",
    maxWorkers: 2,
    // The files of one worker share its device (test/device.ts); opening one costs more than most files.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
