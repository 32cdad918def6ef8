import type { Layout } from "../../runtime/checkpoints/checkpoint.ts";
import type { StoredTensor } from "../../runtime/checkpoints/stored-tensor.ts";
import { FileError } from "../../runtime/errors.ts";
import { elementCount } from "../../runtime/graph/tensor.ts";
import { hasShape, type Mismatch } from "./check-weights.ts";

/** What is wrong with a checkpoint's tensors, for people. */
export function mismatchError(
  mismatches: readonly Mismatch[],
  tensors: ReadonlyMap<string, StoredTensor>,
  layout: Layout | undefined,
): FileError {
  const shown = mismatches.slice(0, 20).map((mismatch) => textOf(mismatch, tensors, layout));
  if (mismatches.length > shown.length) shown.push(`… and ${mismatches.length - shown.length} more`);
  const [want, advice] = layout
    ? [`a DPT of ${layout.owner}`, `Is the file as ${layout.owner} released it?`]
    : ["config.json", "Is config.json from the same checkpoint?"];
  return new FileError(
    `weights: want the tensors of ${want}, got ${mismatches.length} that differ:\n  ${shown.join("\n  ")}\n${advice}`,
  );
}

function textOf(
  { name, wanted, tensor }: Mismatch,
  tensors: ReadonlyMap<string, StoredTensor>,
  layout: Layout | undefined,
): string {
  const inFile = `"${layout ? layout.nameOf(name) : name}"`;
  if (!wanted) return `left over: ${inFile}`;
  if (!tensor) return `no tensor ${inFile} [${wanted.shape}]${hint(tensors, name)}`;
  if (hasShape(tensor, wanted)) {
    return `tensor ${inFile}: want ${wanted.dtype ?? "floating point numbers"}, got ${tensor.dtype}`;
  }
  const sameSize = elementCount(tensor.shape) === elementCount(wanted.shape) ? " (as many elements)" : "";
  return `tensor ${inFile}: want [${wanted.shape}], got [${tensor.shape}]${sameSize}`;
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
