import type { Patience } from "./patience.ts";
import { patientFetch } from "./patient-fetch.ts";
import { type Fetcher, watchedRequest } from "./watched-request.ts";

/**
 * Patient with servers that have answered before. A first request that fails or stalls is told at once: a browser does not
 * tell a wrong address, or a server that does not allow the page, from a line that was cut.
 */
export function steadyFetch(fetcher: Fetcher, patience: Patience): Fetcher {
  const patient = patientFetch(fetcher, patience);
  const answered = new Set<string>();
  return async (url, init) => {
    const { origin } = new URL(url);
    if (answered.has(origin)) return patient(url, init);
    const { response } = await watchedRequest(fetcher, url, init, patience, init.signal ?? undefined);
    answered.add(origin);
    return response;
  };
}
