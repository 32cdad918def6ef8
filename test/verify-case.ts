import { DPT, type LoadOptions, type ModelFiles, readTensors, type StageReport, verifyStages } from "../src/index.ts";

/**
 * Runs a case: a model folder with `input.safetensors` and what PyTorch makes of it in `expected.safetensors`.
 * @param source of the model, if not the folder
 */
export async function verifyCase(
  files: ModelFiles,
  options: LoadOptions = {},
  source: ModelFiles = files,
): Promise<StageReport[]> {
  const [input, expected] = await Promise.all([files.open("input.safetensors"), files.open("expected.safetensors")]);
  if (!input || !expected) throw new Error(`${files.name}: no input.safetensors or no expected.safetensors`);
  using model = await DPT.load(source, options);
  const got = await model.forward((await readTensors(input)).get("pixel_values")!, { stages: true });
  return verifyStages(got, await readTensors(expected), { precision: model.precision });
}
