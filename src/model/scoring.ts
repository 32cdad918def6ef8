/** How sure labels are: what records it and what reads it. Few calls ask; {@link answerPictures} is the door to it. */
export { countBroken, readScores, withClassMeans } from "./pixel-scores.ts";
export { scoresAtPicture } from "./scores-at-picture.ts";
