import type { OpenOptions } from "../engine.ts";
import { fetchOwn } from "../fetch-own.ts";

const CACHE = "dpt-webgpu-models";
/** Smaller files say nothing about progress. */
const LARGE = 1 << 20;

/**
 * A file that is served beside the page, from the browser's cache after the first time, online or not. Where the browser
 * has no room it is used all the same, and a notice tells that it will come again over the net.
 * @throws as {@link fetchOwn}
 */
export async function keptFile(url: string, { onProgress, onNotice, signal }: OpenOptions): Promise<Blob> {
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const kept = await cache?.match(url);
  if (kept) return kept.blob();
  const response = await fetchOwn(url, signal);
  const blob = await watched(response, onProgress);
  await cache?.put(url, new Response(blob)).catch((cause: unknown) => {
    const why = cause instanceof DOMException && cause.name === "QuotaExceededError" ? "it is full" : `"${cause}"`;
    onNotice(
      `The browser does not keep ${fileName(url)} for the next visit: ${why}. It works now; to keep it, free disk space ` +
        "or clear the data of other sites.",
    );
  });
  return blob;
}

async function watched(response: Response, onProgress: OpenOptions["onProgress"]): Promise<Blob> {
  const total = Number(response.headers.get("Content-Length") ?? 0);
  if (total < LARGE || !response.body) return response.blob();
  let done = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      done += chunk.length;
      onProgress({ phase: "download", done: Math.min(done, total), total });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter)).blob();
}

function fileName(url: string): string {
  return new URL(url, location.href).pathname.split("/").at(-1)!;
}
