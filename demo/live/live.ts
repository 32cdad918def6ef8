import { batch, effect, signal } from "@preact/signals";
import { pictureOf } from "../draw/painter.ts";
import type { Picture } from "../pictures/picture.ts";
import { change, picture } from "../state.ts";

/** A camera or a video that plays, and is answered frame by frame until it is stopped. */
export interface Film {
  readonly name: string;
  readonly video: HTMLVideoElement;
  /** Lets go of the video's source. */
  readonly end: () => void;
}

/** How the answers keep up with a film. */
export interface Pace {
  /** Answers a second, over the last ten. */
  readonly fps: number;
  /** Milliseconds from a frame to its answer. */
  readonly latency: number;
  /** Frames that came and went while an answer was computed. */
  readonly dropped: number;
}

/** What plays; nothing if undefined. */
export const film = signal<Film | undefined>(undefined);
/** None before an answer. */
export const pace = signal<Pace | undefined>(undefined);
export const isPaused = signal(false);
/** While the tab is in the background. */
export const isResting = signal(false);

/** Shows a film that plays already, if it still is wanted when its first picture is there. @throws MachineError if its first picture cannot be shown */
export async function playLive(begun: Film, isWanted: () => boolean): Promise<void> {
  const shown = await firstPicture(begun);
  if (!isWanted()) {
    begun.video.pause();
    return begun.end();
  }
  batch(() => {
    stopLive();
    change({ sample: "" });
    picture.value = shown;
    isPaused.value = false;
    pace.value = undefined;
    film.value = begun;
  });
}

async function firstPicture({ name, video, end }: Film): Promise<Picture> {
  try {
    return await pictureOf(name, await createImageBitmap(video));
  } catch (error) {
    end();
    throw error;
  }
}

/** Ends what plays; the last frame stays, as a picture. */
export function stopLive(): void {
  const stopped = film.peek();
  film.value = undefined;
  stopped?.video.pause();
  stopped?.end();
}

/** A film stands still while it is paused or nobody sees it: no frame comes, and nothing is computed. */
export function standStillWhereUnseen(): void {
  const look = () => {
    isResting.value = document.hidden;
  };
  look();
  document.addEventListener("visibilitychange", look);
  effect(() => {
    const video = film.value?.video;
    if (isPaused.value || isResting.value) video?.pause();
    // It is refused where the film is stopped or paused before it plays.
    else video?.play().catch(() => {});
  });
}
