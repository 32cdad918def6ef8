import { FileError } from "../../src/index.ts";
import { playLive } from "./live.ts";

/**
 * Plays a video file over and over.
 * @param isWanted whether nothing else was taken while it was opened
 * @throws FileError if this browser cannot play it
 */
export async function startVideo(file: File, isWanted: () => boolean): Promise<void> {
  const url = URL.createObjectURL(file);
  const video = document.createElement("video");
  Object.assign(video, { muted: true, loop: true, playsInline: true, src: url });
  try {
    await video.play();
  } catch (cause) {
    URL.revokeObjectURL(url);
    throw new FileError(
      `${file.name}: want a video that this browser plays, got ${file.type || "a file of no known kind"}. Give an MP4 or WebM.`,
      { cause },
    );
  }
  await playLive({ name: file.name, video, end: () => URL.revokeObjectURL(url) }, isWanted);
}
