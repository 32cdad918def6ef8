import type { Layout } from "../../runtime/checkpoints/checkpoint.ts";
import type { StoredTensor } from "../../runtime/checkpoints/stored-tensor.ts";
import { FileError } from "../../runtime/errors.ts";
import { elementCount } from "../../runtime/graph/tensor.ts";
import type { Weight } from "../../runtime/graph/weight.ts";

/**
 * Holds a checkpoint against the weights that a model binds, before any data is read.
 * @param ignored patterns of tensor names that inference never reads
 * @param layout of the checkpoint, so that errors call tensors as the file does
 * @throws FileError listing all that is missing, misshapen or left over
 */
export function checkWeights(
  tensors: ReadonlyMap<string, StoredTensor>,
  weights: readonly Weight[],
  ignored: readonly RegExp[],
  layout?: Layout,
): void {
  const inFile = (name: string) => (layout ? layout.nameOf(name) : name);
  const wanted = new Map(weights.flatMap(({ sources }) => sources.map((source) => [source.name, source] as const)));
  const problems: string[] = [];
  for (const [name, { shape, dtype }] of wanted) {
    const tensor = tensors.get(name);
    if (!tensor) {
      problems.push(`no tensor "${inFile(name)}" [${shape}]${hint(tensors, name)}`);
    } else if (tensor.shape.join() !== shape.join()) {
      const sameSize = elementCount(tensor.shape) === elementCount(shape) ? " (as many elements)" : "";
      problems.push(`tensor "${inFile(name)}": want [${shape}], got [${tensor.shape}]${sameSize}`);
    } else if (dtype ? tensor.dtype !== dtype : !/^(F|BF)\d+$/.test(tensor.dtype)) {
      problems.push(`tensor "${inFile(name)}": want ${dtype ?? "floating point numbers"}, got ${tensor.dtype}`);
    }
  }
  for (const [name, { shape }] of tensors) {
    // transformers stores parameters of no numbers, such as no register tokens.
    const isRead = wanted.has(name) || elementCount(shape) === 0;
    if (!isRead && !ignored.some((pattern) => pattern.test(name))) problems.push(`left over: "${inFile(name)}"`);
  }
  if (problems.length === 0) return;
  const shown = problems.slice(0, 20);
  if (problems.length > shown.length) shown.push(`… and ${problems.length - shown.length} more`);
  const [want, advice] = layout
    ? [`a DPT of ${layout.owner}`, `Is the file as ${layout.owner} released it?`]
    : ["config.json", "Is config.json from the same checkpoint?"];
  throw new FileError(
    `weights: want the tensors of ${want}, got ${problems.length} that differ:\n  ${shown.join("\n  ")}\n${advice}`,
  );
}

/** ` (the file has layers 0 to 23)` for a name with a layer number that the file does not reach. */
function hint(tensors: ReadonlyMap<string, StoredTensor>, name: string): string {
  const match = /^(.*\.layer\.)(\d+)\./.exec(name);
  if (!match) return "";
  const layers = [...tensors.keys()].flatMap((key) => {
    const rest = key.startsWith(match[1]!) ? Number.parseInt(key.slice(match[1]!.length), 10) : Number.NaN;
    return Number.isNaN(rest) ? [] : [rest];
  });
  const last = layers.reduce((most, layer) => Math.max(most, layer), -1);
  return Number(match[2]) > last && last >= 0 ? ` (the file has layers 0 to ${last})` : "";
}
