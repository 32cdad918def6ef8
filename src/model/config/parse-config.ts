import { parseCommonConfig } from "./common-config.ts";
import type { ModelConfig } from "./config.ts";
import { Fields } from "./fields.ts";
import { parseRareConfig } from "./rare-config.ts";

/**
 * Reads a config.json of transformers. Fields that only training uses are passed over.
 * @throws FileError naming the architecture or the field that is wrong or not supported
 */
export function parseConfig(json: unknown): ModelConfig {
  const fields = new Fields("config.json", json);
  return parseCommonConfig(fields) ?? parseRareConfig(fields);
}
