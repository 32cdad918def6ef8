import { FileError } from "../errors.ts";
import type { HubModel } from "./hub-model.ts";

/** What it means that the hub refuses, for people. */
export function refusalError(model: HubModel, { status, statusText, headers }: Response): FileError {
  const { id, endpoint, token } = model;
  const code = headers.get("X-Error-Code");
  const got = `got HTTP status ${status}${code ? ` (${code})` : statusText ? ` (${statusText})` : ""}`;
  const page = `${endpoint}/${id}`;
  if (code === "RevisionNotFound") {
    return new FileError(
      `${id}: want a revision "${model.revision}", ${got}. Its branches and tags are listed at ${page}.`,
    );
  }
  const give = "give a token (token, --token or HF_TOKEN)";
  if (code === "GatedRepo" || (status === 403 && code !== "RepoNotFound")) {
    const then = token === undefined ? `${give} of that account` : "check that the token is of that account";
    return new FileError(
      `${id}: want access to a gated or private model, ${got}. Accept its conditions at ${page}, then ${then}.`,
    );
  }
  if (code === "RepoNotFound" || status === 401) {
    const advice =
      token === undefined ? `Check the id; if it is private, ${give}` : "Check the id, and that the token may read it";
    return new FileError(`${id}: want a model of ${endpoint}, ${got}: there is none, or it is private. ${advice}.`);
  }
  return new FileError(`${id}: want a file of ${endpoint}, ${got}. Check the address, or try again later.`);
}
