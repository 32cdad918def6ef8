import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GivenFile } from "./give.ts";

/** A PNG of this repository, as a person gives it. */
export function givenPhoto(path: string): GivenFile {
  const bytes = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
  return { name: path.split("/").at(-1)!, type: "image/png", bytes };
}
