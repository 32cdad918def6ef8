import type { CSSProperties } from "preact";
import type { Answer } from "../answer.ts";
import { paintAnswer } from "../draw/painter.ts";
import { settings } from "../state.ts";
import { BitmapCanvas } from "./bitmap-canvas.tsx";

/** An answer in colours, as the settings want it. */
export function AnswerCanvas({ answer, style }: { answer: Answer; style: CSSProperties }) {
  const { only, colours } = settings.value;
  const paint = (width: number) => paintAnswer(answer, { only, colours }, width);
  return <BitmapCanvas class="layer result" style={style} paint={paint} about={[answer, only, colours]} />;
}
