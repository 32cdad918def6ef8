import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    setupFiles: ["test/setup.ts"],
    globalSetup: ["test/scratch-folder.ts"],
    // Dawn lives in processes of its own; a software adapter already takes every core, so more workers only wait.
    pool: "forks",
    maxWorkers: 2,
    // The files of one worker share its device (test/device.ts); opening one costs more than most files.
    isolate: false,
    // An end for what hangs, and no measure: on a busy machine of two slow cores tests take ten times as long as on a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
