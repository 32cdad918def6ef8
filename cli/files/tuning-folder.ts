import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import type { TuningStore } from "../../src/index.ts";
import { makeFolder } from "./make-folder.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * Measurements in files of a folder, one for each key.
 * @param folder made when something is written; in the user's cache if left out
 */
export function tuningFolder(folder = join(envPaths("dpt-webgpu", { suffix: "" }).cache, "tuning")): TuningStore {
  const pathOf = (key: string) => join(folder, `${createHash("sha256").update(key).digest("hex")}.json`);
  return {
    async get(key) {
      const text = await readFile(pathOf(key), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      try {
        return JSON.parse(text);
      } catch {
        // Whoever asked sees that these are no measurements.
        return text;
      }
    },
    async set(key, value) {
      await makeFolder(folder);
      await writeWhole(pathOf(key), JSON.stringify(value));
    },
  };
}

/** A command ends when its answer is there: it measures when asked to, and uses what was measured before. */
export const TUNING = { tuning: "off", tuningStore: tuningFolder() } as const;
