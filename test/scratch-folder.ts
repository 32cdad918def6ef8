import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** A folder for what the files of a worker share, removed when all tests have run. */
    scratchFolder: string;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "dpt-webgpu-tests-"));
  provide("scratchFolder", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
