import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { parseConfig } from "../../../../src/model/config/parse-config.ts";
import { dptWeights } from "../../../../src/model/network/dpt.ts";
import { networkSize } from "../../../../src/model/pictures/network-size.ts";
import { parseProcessor } from "../../../../src/model/pictures/processor.ts";
import { parseJsonObject } from "../../../../src/runtime/sources/read-json.ts";
import { editedBytes } from "../edited-bytes.ts";
import { editedJson, encodeJson, type Json } from "../edited-json.ts";
import type { HostileTarget } from "../hostile-target.ts";

/** Every file of that name in folders of fixtures. */
function fixtures(parent: string, file: string): Json[] {
  const folders = readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => {
    const path = `${parent}/${name}/${file}`;
    try {
      return [JSON.parse(readFileSync(path, "utf8")) as Json];
    } catch {
      return [];
    }
  });
}

const inputsOf = (seeds: readonly Json[]) =>
  fc.oneof(
    { weight: 1, arbitrary: editedBytes(seeds.map(encodeJson)) },
    { weight: 3, arbitrary: editedJson(seeds).map(encodeJson) },
  );

/** The configuration, and the list of all weights that it stands for. */
export const configTarget: HostileTarget = {
  name: "config.json",
  share: 0.1,
  inputs: inputsOf(fixtures("test/fixtures/cases", "config.json")),
  read(bytes) {
    const config = parseConfig(parseJsonObject("config.json", bytes));
    dptWeights(config, "f32");
  },
};

const PICTURES = [
  { width: 640, height: 480 },
  { width: 1, height: 1 },
  { width: 3, height: 20_000 },
];

/** The processor, and the size of the network for some pictures. */
export const processorTarget: HostileTarget = {
  name: "preprocessor_config.json",
  share: 0.15,
  inputs: inputsOf(fixtures("test/fixtures/images/preprocess", "preprocessor_config.json")),
  read(bytes) {
    const processor = parseProcessor(parseJsonObject("preprocessor_config.json", bytes));
    for (const picture of PICTURES) networkSize(processor, picture);
  },
};
