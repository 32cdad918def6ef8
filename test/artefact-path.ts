import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ARTEFACTS = fileURLToPath(new URL("artefacts/", import.meta.url));

/** Where a test keeps a file for whoever wants to see it. */
export function artefactPath(name: string): string {
  mkdirSync(ARTEFACTS, { recursive: true });
  return `${ARTEFACTS}${name}`;
}
