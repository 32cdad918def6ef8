import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HubOptions } from "../../src/runtime/hub/hub-model.ts";

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

const isTrue = (value: string | undefined) => /^(?:1|on|yes|true)$/i.test(value ?? "");
/** A variable that is set and not empty. */
const set = (value: string | undefined) => (value === undefined || value.trim() === "" ? undefined : value.trim());
const expanded = (path: string) => path.replace(/^~(?=$|[/\\])/, homedir());

/** The folder of all that belongs to the hub, as huggingface_hub finds it. */
function home(env: Environment): string {
  const caches = set(env.XDG_CACHE_HOME) ?? join(homedir(), ".cache");
  return expanded(set(env.HF_HOME) ?? join(caches, "huggingface"));
}

/** The folder of cached models, as huggingface_hub finds it. */
export function cacheFolder(env: Environment): string {
  return expanded(set(env.HF_HUB_CACHE) ?? set(env.HUGGINGFACE_HUB_CACHE) ?? join(home(env), "hub"));
}

/** Whether only the cache counts. */
export function isOffline(env: Environment): boolean {
  return isTrue(env.HF_HUB_OFFLINE) || isTrue(env.TRANSFORMERS_OFFLINE);
}

/** Milliseconds without a byte after which a request is given up; `undefined` if not said. */
export function stallOf(env: Environment): number | undefined {
  const seconds = Number(set(env.HF_HUB_DOWNLOAD_TIMEOUT));
  return seconds > 0 ? 1000 * seconds : undefined;
}

/** Fills in endpoint and token where the caller gave none: from variables, the token also from where logging in puts it. */
export async function withEnvironment<Options extends HubOptions>(options: Options, env: Environment) {
  const endpoint = options.endpoint ?? set(env.HF_ENDPOINT);
  return { ...options, endpoint, token: options.token ?? (await tokenOf(env)) };
}

async function tokenOf(env: Environment): Promise<string | undefined> {
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  const named = set(env.HF_TOKEN) ?? set(env.HUGGING_FACE_HUB_TOKEN);
  if (named !== undefined) return named;
  const file = expanded(set(env.HF_TOKEN_PATH) ?? join(home(env), "token"));
  // Whoever never logged in has no such file, and most models need no token.
  return set(await readFile(file, "utf8").catch(() => undefined));
}
