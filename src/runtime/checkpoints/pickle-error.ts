import { FileError } from "../errors.ts";

/** @param where what errors call the pickle */
export function pickleError(where: string, want: string, got: string): FileError {
  return new FileError(
    `${where}: want ${want}, got ${got}. ` +
      "Nothing was run. Save the tensors alone, best as safetensors: save_file(model.state_dict(), path).",
  );
}
