import { paintPicture } from "../draw/painter.ts";
import type { Picture } from "../pictures/picture.ts";
import { BitmapCanvas } from "./bitmap-canvas.tsx";
import { useAsked } from "./use-asked.ts";

/** The picture itself. */
export function PictureCanvas({ picture }: { picture: Picture }) {
  const painted = useAsked(() => paintPicture(picture), [picture]);
  return <BitmapCanvas class="layer" {...painted} />;
}
