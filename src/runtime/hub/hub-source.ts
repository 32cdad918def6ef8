import type { ModelFiles } from "../sources/byte-source.ts";
import { fetcherOf } from "../sources/fetcher-of.ts";
import { PATIENCE, type Patience } from "../sources/patience.ts";
import { patientFetch } from "../sources/patient-fetch.ts";
import { filesFromUrl } from "../sources/url-source.ts";
import type { Fetcher } from "../sources/watched-request.ts";
import { commitOf } from "./hub-commit.ts";
import { authorization, type HubOptions, hubModel, refusal, resolveUrl } from "./hub-model.ts";

/** Where the hub is, what of it is read, and how patiently. */
export interface HubSourceOptions extends HubOptions {
  /** Used in place of the global `fetch`. */
  readonly fetch?: Fetcher | undefined;
  /** How long and how often to try; {@link PATIENCE} where left out. */
  readonly patience?: Partial<Patience> | undefined;
}

/**
 * A model of the Hugging Face hub, read by HTTP range requests and kept nowhere. All files are of one commit, that which the
 * revision is at when the first one is opened. Requests that stall, are cut or answered 429 or 5xx are tried again.
 * @param id `organisation/name`
 * @throws UsageError for what is no id, revision or address; FileError, on opening, if the hub refuses
 */
export function filesFromHub(id: string, options: HubSourceOptions = {}): ModelFiles {
  const { fetch, patience, ...hub } = { ...options };
  const model = hubModel(id, hub);
  const fetcher = patientFetch(fetcherOf(fetch), { ...PATIENCE, ...patience });
  const authorized: Fetcher = async (url, init) => {
    const response = await fetcher(url, { ...init, headers: { ...init.headers, ...authorization(model) } });
    const refused = await refusal(model, response);
    if (!refused) return response;
    await response.body?.cancel();
    throw refused;
  };
  let folder: Promise<ModelFiles> | undefined;
  /** Found out once; tried again after an error. */
  const folderOf = (signal?: AbortSignal) => {
    folder ??= commitOf(model, fetcher, signal).then(
      (commit) => filesFromUrl(resolveUrl(model, commit), { fetch: authorized }),
      (error) => {
        folder = undefined;
        throw error;
      },
    );
    return folder;
  };
  return {
    name: id,
    open: async (file, signal) => (await folderOf(signal)).open(file, signal),
  };
}
