import { expose, transfer } from "comlink";
import { outcomeOf } from "../../src/worker/outcome.ts";
import type { Settings } from "../settings/settings.ts";
import type { Format } from "./formats.ts";
import { depthOf, makeFile, type Shown } from "./make-file.ts";
import { type ReliefDetail, reliefMesh } from "./relief-mesh.ts";

/** What takes long enough to be felt: seconds, of a photo. */
const writer = {
  /** As a Blob, which goes to the page without its bytes. */
  file: ({ name, type }: Pick<Format, "name" | "type">, shown: Shown, look: Settings) =>
    outcomeOf(makeFile(name, shown, look).then((content) => new Blob([content as BlobPart], { type }))),

  async mesh({ answer, picture }: Shown, detail: ReliefDetail) {
    const mesh = reliefMesh(depthOf(answer), picture, detail);
    const outcome = await outcomeOf(mesh as Promise<Uint8Array<ArrayBuffer>>);
    return "value" in outcome ? transfer(outcome, [outcome.value.buffer]) : outcome;
  },
};

export type Writer = typeof writer;

expose(writer);
