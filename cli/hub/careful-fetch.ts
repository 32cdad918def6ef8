import type { Fetcher } from "../../src/runtime/sources/watched-request.ts";

const MAX_HOPS = 5;

/** Where a response sends us to; `undefined` if nowhere. */
export function redirectOf(url: string, { status, headers }: Response): string | undefined {
  const location = headers.get("Location");
  return status >= 300 && status < 400 && location !== null ? new URL(location, url).href : undefined;
}

/** A `fetch` that follows redirects itself, and takes no token along to another server whatever `fetch` it stands on. */
export function carefulFetch(fetcher: Fetcher): Fetcher {
  return async (url, init) => {
    let headers = new Headers(init.headers);
    for (let [at, hops] = [url, 0]; ; hops++) {
      const response = await fetcher(at, { ...init, headers, redirect: "manual" });
      const next = hops < MAX_HOPS ? redirectOf(at, response) : undefined;
      if (next === undefined) return response;
      await response.body?.cancel();
      if (new URL(next).origin !== new URL(at).origin) {
        headers = new Headers(headers);
        headers.delete("Authorization");
      }
      at = next;
    }
  };
}
