import { transfer } from "comlink";
import { copyAnswer, copyPicture } from "../copy-shown.ts";
import { LazyWorker } from "../lazy-worker.ts";
import type { Settings } from "../settings/settings.ts";
import type { Format } from "./formats.ts";
import type { Shown } from "./make-file.ts";
import type { ReliefDetail } from "./relief-mesh.ts";
import type { Writer } from "./writer-script.ts";

const worker = new LazyWorker<Writer>(
  () => new Worker(new URL("./writer-script.ts", import.meta.url), { type: "module", name: "writer" }),
  "download: want the script that writes files",
);

/**
 * Makes a file in a worker: for a large picture that takes seconds, in which the page goes on.
 * @throws UsageError for what cannot be written, as the writers of `formats/` have it; MachineError without the worker
 */
export function writeFile({ name, type }: Format, shown: Shown, look: Settings): Promise<Blob> {
  return worker.ask((writer) => writer.file({ name, type }, handedOver(shown), look));
}

/** The same of a relief: binary glTF. @throws as {@link writeFile} */
export function writeMesh(shown: Shown, detail: ReliefDetail): Promise<Uint8Array<ArrayBuffer>> {
  return worker.ask((writer) => writer.mesh(handedOver(shown), detail));
}

/** Copies, made here and then given away: to be copied on their way takes longer. */
function handedOver({ answer, picture }: Shown): Shown {
  const [told, seen] = [copyAnswer(answer), copyPicture(picture)];
  return transfer({ answer: told.thing, picture: seen.thing }, [told.memory, seen.memory]);
}
