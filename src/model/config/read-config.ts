import { loadPart } from "../../runtime/load-part.ts";
import { parseCommonConfig } from "./common-config.ts";
import type { ModelConfig } from "./config.ts";
import { Fields } from "./fields.ts";

/** The same as {@link parseConfig}, which loads the kinds that few models are of only for one that is. */
export async function readConfig(json: unknown): Promise<ModelConfig> {
  const fields = new Fields("config.json", json);
  return parseCommonConfig(fields) ?? (await loadPart(import("./rare-config.ts"))).parseRareConfig(fields);
}
