import { FileError } from "../../runtime/errors.ts";
import { naturalSize } from "../../runtime/pictures/draw-picture.ts";
import type { Frame, Frames } from "./frame.ts";

/**
 * Frames that stay as they are while they are answered: of a video, which shows the next one by then, a bitmap. What is
 * dropped before is not copied.
 * @param longest frames that are longer on a side, in pixels, are shrunk to that
 */
export function stillFrames(frames: Frames, longest: number): Frames {
  return {
    async next() {
      const frame = await frames.next();
      return frame && still(frame, longest);
    },
    get dropped() {
      return frames.dropped;
    },
    close: () => frames.close(),
  };
}

async function still(frame: Frame, longest: number): Promise<Frame> {
  const source = frame.picture as HTMLVideoElement | VideoFrame;
  const { width, height } = naturalSize(source)!;
  const scale = Math.min(1, longest / Math.max(width, height));
  if (scale === 1 && !("videoWidth" in source)) return frame;
  const side = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  const size = { resizeWidth: side(width), resizeHeight: side(height), resizeQuality: "high" } as const;
  try {
    const bitmap = await createImageBitmap(source, scale < 1 ? size : {});
    return { ...frame, picture: bitmap, close: () => bitmap.close() };
  } catch (cause) {
    throw new FileError(
      `video: want a frame to look at, got "${cause}". Let it play, and from this site or with CORS.`,
      {
        cause,
      },
    );
  } finally {
    frame.close?.();
  }
}
