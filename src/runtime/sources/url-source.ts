import { DptError, FileError, UsageError } from "../errors.ts";
import { isAbort } from "../is-abort.ts";
import { loadPart } from "../load-part.ts";
import { quote } from "../quote.ts";
import { blobSource } from "./blob-source.ts";
import { boundedResponse } from "./bounded-response.ts";
import type { ByteSource, ModelFiles } from "./byte-source.ts";
import { checkRange } from "./check-range.ts";
import { fetcherOf } from "./fetcher-of.ts";
import { PassingFailure } from "./patience.ts";
import { readBounded } from "./read-bounded.ts";
import { readingAhead } from "./reading-ahead.ts";
import { isSingleFile, singleFile } from "./single-file.ts";
import type { Fetcher } from "./watched-request.ts";

/** Asked for when a file is opened: finds out its size and, in the same request, gets most headers and all configs. */
const HEAD_BYTES = 128 * 1024;

/** How files of a server are read. */
export interface UrlOptions {
  /** Used in place of the global `fetch`, for instance to add an `Authorization` header. */
  readonly fetch?: Fetcher;
  /** Bytes that a file of a server without ranges, which sends it whole, may have at most; 16 GiB if left out. */
  readonly maxBytes?: number;
}

/** Some times the largest checkpoint of the family. */
const MAX_BYTES = 16 * 2 ** 30;

/**
 * A model folder on a web server, read by HTTP range requests: `https://huggingface.co/Intel/dpt-large-ade/resolve/main`.
 * A server without ranges answers with the whole file, which then is kept as a Blob (outside the JS heap) and sliced.
 * @param baseUrl the folder, or a `.pt` file that is a model of its own; a relative one counts from the page. Its query
 *   string goes with every file.
 * @throws UsageError if it is not a URL.
 */
export function filesFromUrl(baseUrl: string | URL, options: UrlOptions = {}): ModelFiles {
  const base = parseUrl(baseUrl);
  const { fetch, maxBytes = MAX_BYTES } = { ...options };
  const fetcher = fetcherOf(fetch);
  const openAt = (url: URL, signal?: AbortSignal) => openUrl({ url, name: nameOf(url), fetcher, maxBytes }, signal);
  if (isSingleFile(base.pathname)) {
    const file = nameOf(base).split("/").at(-1)!;
    return singleFile(nameOf(base), file, (signal) => openAt(base, signal));
  }
  return {
    name: nameOf(base),
    open(file, signal) {
      const url = new URL(base);
      url.pathname = `${base.pathname.replace(/\/+$/, "")}/${encodeURIComponent(file)}`;
      return openAt(url, signal);
    },
  };
}

interface RemoteFile {
  readonly url: URL;
  readonly name: string;
  readonly fetcher: Fetcher;
  readonly maxBytes: number;
}

export interface ContentRange {
  readonly begin: number;
  readonly end: number;
  readonly size: number;
}

async function openUrl(file: RemoteFile, signal?: AbortSignal): Promise<ByteSource | undefined> {
  // What a browser's cache has may be older than what the next ranges are of.
  const response = await ask(file, "GET", [0, HEAD_BYTES], signal, "no-cache");
  if (response.status === 404 || isPage(response)) {
    await response.body?.cancel();
    return undefined;
  }
  if (response.status === 200) {
    const body = boundedResponse(file.name, response, file.maxBytes);
    const blob = await attempt(file, signal, () => body.blob());
    return { ...blobSource(file.name, blob), version: versionOf(response) };
  }
  if (response.status === 416 && response.headers.get("Content-Range") === "bytes */0") {
    await response.body?.cancel();
    return blobSource(file.name, new Blob([]));
  }
  await checkStatus(file, response);
  const range = contentRange(file, response);
  const head = await attempt(file, signal, () => readBounded(file.name, response, HEAD_BYTES));
  const size = range?.size ?? (await sizeByHead(file, signal));
  await checkAnswer(file, { begin: 0, end: Math.min(HEAD_BYTES, size), size }, range, head);
  signal?.throwIfAborted();
  return readingAhead(rangeSource(file, size, response, head));
}

/** Of servers of another origin that show no ETag, the date is at least as good. */
function versionOf({ headers }: Response): string | undefined {
  return headers.get("ETag") ?? headers.get("Last-Modified") ?? undefined;
}

function rangeSource(file: RemoteFile, size: number, opened: Response, head: Uint8Array<ArrayBuffer>): ByteSource {
  const etag = opened.headers.get("ETag");
  const known = { name: file.name, size };
  return {
    ...known,
    version: versionOf(opened),
    async read(begin, end, signal) {
      checkRange(known, begin, end);
      signal?.throwIfAborted();
      if (end <= head.length) return head.slice(begin, end);
      if (begin === end) return new Uint8Array(0);
      const response = await ask(file, "GET", [begin, end], signal, "no-store");
      await checkStatus(file, response);
      const tag = response.headers.get("ETag");
      if (etag !== null && tag !== null && tag !== etag) {
        await response.body?.cancel();
        throw new FileError(
          `${file.name}: want one file, got a different one (its ETag changed). Load the model again.`,
        );
      }
      const range = contentRange(file, response);
      const bytes = await attempt(file, signal, () => readBounded(file.name, response, end - begin));
      await checkAnswer(file, { begin, end, size }, range, bytes);
      return bytes;
    },
  };
}

async function ask(
  file: RemoteFile,
  method: "GET" | "HEAD",
  range: readonly [number, number] | undefined,
  signal?: AbortSignal,
  cache?: RequestCache,
): Promise<Response> {
  const init: RequestInit = { method };
  // A browser's own cache lets ranges of one file wait for each other, asks for some twice and is too small for the rest.
  if (cache) init.cache = cache;
  if (range) init.headers = { Range: `bytes=${range[0]}-${range[1] - 1}` };
  if (signal) init.signal = signal;
  return attempt(file, signal, () => file.fetcher(file.url.href, init));
}

/** Runs a step that talks to the server; whatever goes wrong there becomes a FileError, except the caller's abort. */
async function attempt<T>(file: RemoteFile, signal: AbortSignal | undefined, step: () => Promise<T>): Promise<T> {
  try {
    signal?.throwIfAborted();
    return await step();
  } catch (cause) {
    if (cause instanceof DptError || isAbort(cause, signal)) throw cause;
    const got = cause instanceof PassingFailure ? cause.message : `"${cause}"`;
    throw new FileError(
      `${file.name}: want an answer from the server, got ${got}. ` +
        "Check the address and the connection; on a web page the server must also allow this origin (CORS).",
      { cause },
    );
  }
}

async function checkStatus(file: RemoteFile, response: Response): Promise<void> {
  if (response.status === 206) return;
  await response.body?.cancel();
  const { statusError } = await loadPart(import("./status-error.ts"));
  throw statusError(file.name, response);
}

/** Servers of single-page apps answer a missing file with their start page and status 200; no model file is HTML. */
function isPage(response: Response): boolean {
  return response.ok && /^text\/html\b/i.test(response.headers.get("Content-Type") ?? "");
}

/** `undefined` if the server does not show the header, as across origins without Access-Control-Expose-Headers. */
function contentRange(file: RemoteFile, response: Response): ContentRange | undefined {
  const text = response.headers.get("Content-Range");
  if (text === null) return undefined;
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(text.trim());
  if (!match) {
    throw new FileError(
      `${file.name}: want "Content-Range: bytes FIRST-LAST/SIZE", got "${text}". ` +
        "This server cannot be read by ranges; download the model and open it from disk.",
    );
  }
  return { begin: Number(match[1]), end: Number(match[2]) + 1, size: Number(match[3]) };
}

async function sizeByHead(file: RemoteFile, signal?: AbortSignal): Promise<number> {
  const response = await ask(file, "HEAD", undefined, signal);
  const length = response.headers.get("Content-Length");
  if (response.ok && length !== null && /^\d+$/.test(length)) return Number(length);
  throw new FileError(
    `${file.name}: want its size in Content-Range or Content-Length, got neither (status ${response.status}). ` +
      "Let the server send Access-Control-Expose-Headers: Content-Range, or open the model from disk.",
  );
}

async function checkAnswer(
  file: RemoteFile,
  want: ContentRange,
  got: ContentRange | undefined,
  body: Uint8Array,
): Promise<void> {
  const isAsked = !got || (got.begin === want.begin && got.end === want.end && got.size === want.size);
  if (isAsked && body.length === want.end - want.begin) return;
  const { answerError } = await loadPart(import("./status-error.ts"));
  throw answerError(file.name, want, isAsked ? undefined : got, body.length);
}

function parseUrl(baseUrl: string | URL): URL {
  // Node has no location; there the address must be absolute.
  const page = globalThis.location?.href;
  const isAddress = typeof baseUrl === "string" || baseUrl instanceof URL;
  if (isAddress && URL.canParse(baseUrl, page)) return new URL(baseUrl, page);
  throw new UsageError(`filesFromUrl: want the URL of a model folder, got ${quote(baseUrl)}. Give an http(s) address.`);
}

/** Without the query string, which may hold a signature. */
function nameOf(url: URL): string {
  const address = `${url.origin}${url.pathname}`;
  try {
    return decodeURI(address);
  } catch {
    // An escape that is no UTF-8 stays as it is.
    return address;
  }
}
