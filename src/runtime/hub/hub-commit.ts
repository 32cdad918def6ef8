import { FileError } from "../errors.ts";
import type { Fetcher } from "../sources/watched-request.ts";
import { authorization, type HubModel, isCommit, refusal, resolveUrl } from "./hub-model.ts";

/**
 * The commit that a revision is at now, so that all files are taken from the same one.
 * @param fetcher tries again by itself
 * @throws FileError if the hub refuses, or does not tell
 */
export async function commitOf(model: HubModel, fetcher: Fetcher, signal?: AbortSignal): Promise<string> {
  const { id, revision, endpoint } = model;
  if (isCommit(revision)) return revision;
  const init = { headers: { ...authorization(model) }, ...(signal && { signal }) };
  const file = await fetcher(`${resolveUrl(model, revision)}/config.json`, { ...init, method: "HEAD" });
  const refused = await refusal(model, file);
  if (refused) throw refused;
  const commit = file.headers.get("X-Repo-Commit");
  if (commit !== null && isCommit(commit)) return commit;
  // Proxies drop the header, and a server that is no hub has none.
  const answer = await fetcher(`${endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`, init);
  const problem = await refusal(model, answer);
  if (problem) throw problem;
  const sha: unknown = answer.ok
    ? await answer.json().then(
        ({ sha }) => sha,
        () => undefined,
      )
    : undefined;
  if (typeof sha === "string" && isCommit(sha)) return sha;
  throw new FileError(
    `${id}: want the commit of "${revision}" from ${endpoint}, got none. Check id and revision; is it a hub?`,
  );
}
