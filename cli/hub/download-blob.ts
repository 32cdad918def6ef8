import { open } from "node:fs/promises";
import { DptError, FileError } from "../../src/runtime/errors.ts";
import { authorization, type HubModel, refusal } from "../../src/runtime/hub/hub-model.ts";
import { PassingFailure, type Patience, patiently } from "../../src/runtime/sources/patience.ts";
import { type Fetcher, type WatchedAnswer, watchedRequest } from "../../src/runtime/sources/watched-request.ts";
import { whyWrong } from "./check-contents.ts";
import type { FileDescription } from "./describe-file.ts";
import { PartialFile } from "./partial-file.ts";

/** After so many bytes, the next failure is the first again. */
const ADVANCE = 2 ** 20;

export interface Download {
  readonly model: HubModel;
  readonly description: FileDescription;
  /** Asks once, and follows redirects. */
  readonly fetcher: Fetcher;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Bytes that are there. */
  readonly onProgress: (done: number) => void;
  readonly onNotice: (notice: string) => void;
}

/**
 * Downloads contents to `blob`, going on with what an earlier download has left. They appear there whole and with the right
 * hash or not at all; what is cut short stays for the next time, what is wrong is deleted.
 * @throws FileError if it cannot be had, or is wrong; the signal's reason when aborted
 */
export async function downloadBlob(blob: string, download: Download): Promise<void> {
  const { model, description, patience, signal, onNotice } = download;
  const where = `${model.id}/${description.file}`;
  const partial = await PartialFile.take(blob);
  try {
    for (let resumed = (await partial.size()) > 0; ; resumed = false) {
      await patiently(where, patience, signal, () => goOn(partial, download));
      const wrong = await whyWrong(partial.path, description);
      if (wrong === undefined) return await partial.finish(blob);
      await partial.clear();
      if (!resumed) throw new FileError(`${where}: ${wrong}. It was deleted; try again, or ask who serves it.`);
      onNotice(`${where}: ${wrong}; what an earlier download had left is deleted, and all is fetched anew`);
    }
  } catch (cause) {
    if (cause instanceof DptError || signal.aborted) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`${where}: want it written to ${blob}, got "${message}". Make room or choose another cache.`, {
      cause,
    });
  } finally {
    partial.giveBack();
  }
}

/** One request for what is missing. */
async function goOn(partial: PartialFile, download: Download): Promise<void> {
  const { model, description, fetcher, patience, signal } = download;
  const { url, size } = description;
  if (size !== undefined && (await partial.size()) > size) await partial.clear();
  const had = await partial.size();
  if (had === size) return;
  const headers: Record<string, string> = { ...authorization(model), "Accept-Encoding": "identity" };
  if (had > 0) headers.Range = `bytes=${had}-`;
  const answer = await watchedRequest(fetcher, url, { headers }, patience, signal);
  const problem = problemOf(answer.response, had, size);
  if (problem !== undefined) {
    await answer.discard();
    const refused = await refusal(model, answer.response);
    // A CDN refuses signatures that are too old; the next request gets a new one. The hub itself means it.
    if (refused && new URL(answer.response.url || url).origin === new URL(url).origin) throw refused;
    if (answer.response.status < 400 || answer.response.status === 416) await partial.clear();
    throw new PassingFailure(problem);
  }
  await append(partial, answer, answer.response.status === 206 ? had : 0, download);
}

/** Why an answer to "all from byte `had`" cannot be used. */
function problemOf({ status, statusText, headers }: Response, had: number, size: number | undefined) {
  const length = headers.get("Content-Encoding") === null ? headers.get("Content-Length") : null;
  if (status === 200) {
    const isRight = length === null || size === undefined || Number(length) === size;
    return isRight ? undefined : `Content-Length: ${length} for ${size} bytes`;
  }
  if (status !== 206) return `HTTP status ${status} ${statusText}`.trim();
  const range = headers.get("Content-Range") ?? "none";
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(range.trim()) ?? [];
  const isRight =
    Number(first) === had && Number(last) + 1 === Number(total) && (size ?? Number(total)) === Number(total);
  if (!isRight) return `Content-Range: ${range} for the bytes from ${had} of ${size ?? "all"}`;
  const rest = Number(total) - had;
  return length === null || Number(length) === rest ? undefined : `Content-Length: ${length} for ${rest} bytes`;
}

/** @throws PassingFailure if the body ends early or does not end at all */
async function append(partial: PartialFile, answer: WatchedAnswer, from: number, download: Download): Promise<void> {
  const { size } = download.description;
  const handle = await open(partial.path, "r+");
  let at = from;
  try {
    await handle.truncate(from);
    for await (const chunk of answer.chunks()) {
      if (size !== undefined && at + chunk.length > size) {
        await handle.truncate(0);
        throw new PassingFailure(`more than ${size} bytes`);
      }
      for (const end = at + chunk.length; at < end; ) {
        at += (await handle.write(chunk, chunk.length - (end - at), end - at, at)).bytesWritten;
      }
      download.onProgress(at);
    }
  } catch (cause) {
    if (!(cause instanceof PassingFailure)) throw cause;
    const { message, after } = cause;
    throw new PassingFailure(`${message} after ${at} of ${size ?? "all"} bytes`, {
      after,
      advanced: at - from >= ADVANCE,
    });
  } finally {
    await handle.close();
  }
  if (size !== undefined && at < size) {
    throw new PassingFailure(`${at} of ${size} bytes`, { advanced: at - from >= ADVANCE });
  }
}
