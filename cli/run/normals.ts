import type { PictureOptions } from "../commands/picture-options.ts";
import { listedPictures } from "../files/listed-pictures.ts";
import { writeWhole } from "../files/write-whole.ts";
import { encodeNormals } from "../pictures/encode-normals.ts";
import { predictPictures } from "./predict-pictures.ts";

const SUFFIX = "normals.png";

/** `dpt-webgpu normals`. */
export async function normals(
  images: readonly string[],
  options: PictureOptions & { readonly model: string },
): Promise<void> {
  const pictures = await listedPictures(images, options.list);
  await predictPictures(pictures, options.model, options, {
    command: "normals",
    task: "normals",
    suffixes: [SUFFIX],
    answer: (model, photos, asked) => model.normals(photos, asked),
    async write(result, name) {
      const file = name.path(SUFFIX);
      await writeWhole(file, encodeNormals(result));
      return { files: [file], text: "normals   x, y, z in red, green, blue", json: {} };
    },
  });
}
