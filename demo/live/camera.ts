import { MachineError } from "../../src/index.ts";
import { say } from "../state.ts";
import { playLive, stopLive } from "./live.ts";

const WHY: Readonly<Record<string, readonly [got: string, advice: string]>> = {
  NotAllowedError: [
    "a refusal",
    "Allow the camera for this page (the sign beside the address), then press Camera again",
  ],
  NotFoundError: ["none on this machine", "Plug one in, or choose a photo or a video"],
  NotReadableError: ["one that another program uses", "Close that program, then press Camera again"],
};

/**
 * Shows the camera, until it is stopped or taken away.
 * @param isWanted whether nothing else was taken while a person was asked for leave
 * @throws MachineError if there is none or the person refuses
 */
export async function startCamera(isWanted: () => boolean): Promise<void> {
  const stream = await openCamera();
  const end = () => {
    for (const each of stream.getTracks()) each.stop();
  };
  if (!isWanted()) return end();
  const [track] = stream.getVideoTracks();
  // Not when we stop it ourselves: only when the person or the machine does.
  track?.addEventListener("ended", () => {
    stopLive();
    say({
      kind: "error",
      text: "camera: want it to go on, got it taken away. Plug it in or allow it again, then press Camera; the last picture stays.",
    });
  });
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
  await video.play();
  await playLive({ name: "camera", video, end }, isWanted);
}

async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices) {
    throw new MachineError(
      "camera: want a page served over https, got one that is not. Open it over https or localhost.",
    );
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (cause) {
    const { name, message } = cause as Error;
    const [got, advice] = WHY[name] ?? [`"${message}"`, "Choose a photo or a video"];
    throw new MachineError(`camera: want one that this page may use, got ${got}. ${advice}.`, { cause });
  }
}
