/** How sure labels are: what records it and what reads it. Few calls ask; {@link answerPictures} is the door to it. */

export { scoresAtPicture } from "../runs/scores-at-picture.ts";
export { countNotFinite, readScores, withClassMeans } from "./pixel-scores.ts";
