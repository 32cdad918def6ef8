import { type FileError, UsageError } from "../errors.ts";
import { loadPart } from "../load-part.ts";
import { quote } from "../quote.ts";

/** Where a model of the Hugging Face hub is, and who asks for it. */
export interface HubOptions {
  /** Branch, tag, commit or `refs/pr/N`; "main" if left out. */
  readonly revision?: string | undefined;
  /** Access token for private and gated models; only ever sent to the endpoint itself. */
  readonly token?: string | undefined;
  /** The hub's address; `https://huggingface.co` if left out. */
  readonly endpoint?: string | undefined;
}

/** A model of a hub, all options checked. */
export interface HubModel {
  /** `organisation/name`, or `name` for the oldest models. */
  readonly id: string;
  readonly revision: string;
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
}

const HUB = "https://huggingface.co";
const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a text can name a model of the hub, by the hub's own rules for names. */
export function isHubId(text: string): boolean {
  const parts = text.split("/");
  const isName = (part: string) => /^[A-Za-z0-9_][\w.-]*$/.test(part) && !/--|\.\.|[-.]$|\.git$/.test(part);
  return text.length <= 96 && parts.length <= 2 && parts.every(isName);
}

/** Whether a revision is a commit's full hash, which never moves. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** @throws UsageError for what is no id, revision or address */
export function hubModel(id: string, { revision = "main", token, endpoint = HUB }: HubOptions = {}): HubModel {
  if (typeof id !== "string" || !isHubId(id)) {
    throw new UsageError(`hub: want a model's id, got ${quote(id)}. Write it as organisation/name.`);
  }
  // Git's rules, as far as they keep a name inside its folder.
  if (!/^[\w.+=@-]+(?:\/[\w.+=@-]+)*$/.test(revision) || /(?:^|\/)\.|\.\.|\.(?:lock)?(?:\/|$)/.test(revision)) {
    throw new UsageError(`revision: want a branch, tag, commit or refs/pr/N, got "${revision}". See the model's page.`);
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError("token: want letters and digits, got blanks or other signs. Copy it again.");
  }
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new UsageError(`endpoint: want an http(s) address, got "${endpoint}". Write it as ${HUB}.`);
  }
  return { id, revision, token, endpoint: endpoint.replace(/\/+$/, "") };
}

/** The folder of a revision, as a URL. */
export function resolveUrl({ endpoint, id }: HubModel, revision: string): string {
  return `${endpoint}/${id}/resolve/${encodeURIComponent(revision)}`;
}

/** What goes with every request to the endpoint itself. */
export function authorization({ token }: HubModel): Readonly<Record<string, string>> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** What the hub says no to, for people; `undefined` for an answer, or if there is merely no such file. */
export async function refusal(model: HubModel, response: Response): Promise<FileError | undefined> {
  const { status, headers } = response;
  if (status < 400 || status === 416) return undefined;
  const code = headers.get("X-Error-Code");
  if (status === 404 && code !== "RepoNotFound" && code !== "RevisionNotFound") return undefined;
  const { refusalError } = await loadPart(import("./refusal-error.ts"));
  return refusalError(model, response);
}
