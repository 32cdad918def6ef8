import { DptError, FileError } from "../errors.ts";
import { PassingFailure, type Patience } from "./patience.ts";

/** As the global `fetch`, for addresses in text. */
export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

/** A response whose body is read under watch, at most once. */
export interface WatchedAnswer {
  readonly response: Response;
  /** The body; throws a PassingFailure if it is cut or stalls. */
  chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** Lets go of a body that nobody wants. */
  discard(): Promise<void>;
}

/**
 * One request that is given up when nothing comes for `stall` milliseconds, be it headers or the next piece of the body.
 * @throws PassingFailure for what may go well the next time, 429 and 5xx too; FileError for what will not; the signal's
 *   reason when aborted
 */
export async function watchedRequest(
  fetcher: Fetcher,
  url: string,
  init: RequestInit,
  { stall }: Patience,
  signal?: AbortSignal,
): Promise<WatchedAnswer> {
  const watch = new AbortController();
  /** Runs a step that waits for the server. */
  const watched = async <T>(step: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    const timer = setTimeout(() => watch.abort(new PassingFailure(`no byte for ${stall / 1000} s`)), stall);
    try {
      return await step();
    } catch (cause) {
      signal?.throwIfAborted();
      if (watch.signal.aborted) throw watch.signal.reason;
      throw retold(url, cause);
    } finally {
      clearTimeout(timer);
    }
  };
  const either = signal ? AbortSignal.any([signal, watch.signal]) : watch.signal;
  const response = await watched(() => fetcher(url, { ...init, signal: either }));
  const discard = async () => response.body?.cancel().catch(() => {});
  if (response.status === 429 || response.status >= 500) {
    await discard();
    const status = `HTTP status ${response.status} ${response.statusText}`.trim();
    throw new PassingFailure(status, { after: retryAfter(response) });
  }
  return {
    response,
    discard,
    async *chunks() {
      if (!response.body) return;
      const reader = response.body.getReader();
      try {
        for (;;) {
          const { done, value } = await watched(() => reader.read());
          if (done) return;
          yield value as Uint8Array<ArrayBuffer>;
        }
      } finally {
        await reader.cancel().catch(() => {});
      }
    },
  };
}

/** `Retry-After` in milliseconds; it is in seconds or a date. */
function retryAfter({ headers }: Response): number | undefined {
  const text = headers.get("Retry-After");
  if (text === null) return undefined;
  if (/^\d+$/.test(text.trim())) return 1000 * Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Errors of Node that asking again does not mend; browsers tell no code. */
const LASTING = /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ERR_(?:TLS|SSL|INVALID)|CERT_|DEPTH_|SELF_|UNABLE_)/;

function retold(url: string, cause: unknown): Error {
  if (cause instanceof DptError || cause instanceof PassingFailure) return cause;
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const message = inner instanceof Error ? inner.message || inner.name : String(inner);
  const code = inner instanceof Error && "code" in inner ? String(inner.code) : "";
  if (!LASTING.test(code)) return new PassingFailure(`"${message}"`);
  const { origin } = new URL(url);
  return new FileError(
    `${origin}: want an answer, got "${message}" (${code}). Check the address, the connection and the proxy.`,
    { cause },
  );
}
