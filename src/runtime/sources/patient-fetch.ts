import { PassingFailure, type Patience, patiently } from "./patience.ts";
import { type Fetcher, type WatchedAnswer, watchedRequest } from "./watched-request.ts";

/**
 * A `fetch` that tries again after stalls, cuts, 429 and 5xx. A range of a file comes whole; other bodies are left to whoever
 * reads them, since they may be larger than memory.
 */
export function patientFetch(fetcher: Fetcher, patience: Patience): Fetcher {
  return (url, init) => {
    const signal = init.signal ?? undefined;
    return patiently(withoutQuery(url), patience, signal, async () => {
      const answer = await watchedRequest(fetcher, url, init, patience, signal);
      const { response } = answer;
      if (response.status !== 206) return response;
      const { status, statusText, headers } = response;
      return new Response(await wholeBody(answer), { status, statusText, headers });
    });
  };
}

/** @throws PassingFailure if it has fewer bytes than its Content-Range says */
async function wholeBody({ response, chunks }: WatchedAnswer): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks()) parts.push(chunk);
  const body = new Blob(parts);
  const [, first, last] = /^bytes (\d+)-(\d+)\//i.exec(response.headers.get("Content-Range") ?? "") ?? [];
  const want = first === undefined ? body.size : Number(last) + 1 - Number(first);
  if (body.size < want) throw new PassingFailure(`${body.size} of ${want} bytes`);
  return body;
}

/** The query may hold a signature. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
