import { UsageError } from "../errors.ts";
import type { Fetcher } from "./watched-request.ts";

/** What asks servers: the given function, or the global `fetch`. @throws UsageError for what is none */
export function fetcherOf(given?: Fetcher): Fetcher {
  if (given === undefined) return (url, init) => fetch(url, init);
  if (typeof given === "function") return given;
  throw new UsageError(`fetch: want a function, got ${typeof given}. Leave it out.`);
}
