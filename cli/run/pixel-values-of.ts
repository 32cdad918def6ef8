import type { NamedTensor } from "../../src/index.ts";
import { FileError } from "../../src/runtime/errors.ts";

/** @throws FileError if the file has no such tensor */
export function pixelValuesOf(file: string, tensors: ReadonlyMap<string, NamedTensor>): NamedTensor {
  const pixelValues = tensors.get("pixel_values");
  if (pixelValues) return pixelValues;
  const names = [...tensors.keys()].slice(0, 8).join(", ") || "no tensor";
  throw new FileError(`${file}: want a tensor "pixel_values", got ${names}. Save the picture's under that name.`);
}
