import { type Remote, wrap } from "comlink";
import { type DepthMap, MachineError } from "../../src/index.ts";
import { answerOf, type Outcome } from "../../src/worker/outcome.ts";
import type { Answer } from "../answer.ts";
import type { Picture } from "../pictures/picture.ts";
import type { Format } from "./formats.ts";
import type { Shown } from "./make-file.ts";
import type { Writer } from "./writer-script.ts";

let opened: { readonly writer: Remote<Writer>; readonly broken: Promise<never> } | undefined;

/**
 * Makes a file in a worker: for a large picture that takes seconds, in which the page goes on.
 * @throws UsageError for what cannot be written, as the writers of `formats/` have it; MachineError without the worker
 */
export function writeFile({ name, type }: Format, { answer, picture, settings }: Shown): Promise<Blob> {
  const shown = { answer: sent(answer), picture, settings: { ...settings } };
  return written((writer) => writer.file({ name, type }, shown));
}

/** The same of a relief: binary glTF. @throws as {@link writeFile} */
export function writeMesh(map: DepthMap, picture: Picture, points: number): Promise<Uint8Array<ArrayBuffer>> {
  return written((writer) => writer.mesh({ ...map }, picture, { points }));
}

async function written<File>(write: (writer: Remote<Writer>) => Promise<Outcome<File>>): Promise<File> {
  opened ??= open();
  const { writer, broken } = opened;
  return answerOf(await Promise.race([write(writer), broken]));
}

function open(): NonNullable<typeof opened> {
  const worker = new Worker(new URL("./writer-script.ts", import.meta.url), { type: "module" });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener("error", ({ message }) => {
      opened = undefined;
      const got = message || "no answer";
      reject(new MachineError(`download: want the script that writes files, got "${got}". Reload the page.`));
    });
  });
  broken.catch(() => {});
  return { writer: wrap<Writer>(worker), broken };
}

/** Its numbers without those that no file has: a copy of every pixel's scores takes as long as it takes to be felt. */
function sent(answer: Answer): Answer {
  return answer.task === "depth"
    ? { ...answer, map: { ...answer.map } }
    : { ...answer, map: { ...answer.map, scores: undefined } };
}
