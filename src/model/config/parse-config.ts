import { parseCommonConfig } from "./common-config.ts";
import type { ModelConfig } from "./config.ts";
import { Fields } from "./fields.ts";
import { parseRareConfig } from "./rare-config.ts";

/**
 * Reads a config.json of transformers: sizes and choices of the network, with the defaults of its class. Fields that only training
 * uses are passed over.
 * @param json the file, parsed
 * @throws FileError naming the architecture or the field that is wrong or not supported
 */
export function parseConfig(json: unknown): ModelConfig {
  const fields = new Fields("config.json", json);
  return parseCommonConfig(fields) ?? parseRareConfig(fields);
}
