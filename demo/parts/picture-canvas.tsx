import { paintPicture } from "../draw/painter.ts";
import type { Picture } from "../pictures/picture.ts";
import { BitmapCanvas } from "./bitmap-canvas.tsx";

/** The picture itself. */
export function PictureCanvas({ picture }: { picture: Picture }) {
  return <BitmapCanvas class="layer" paint={(width) => paintPicture(picture, width)} about={[picture]} />;
}
