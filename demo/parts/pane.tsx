import type { Answer } from "../answer.ts";
import type { Picture } from "../pictures/picture.ts";
import { isComparing, settings } from "../state.ts";
import { AnswerCanvas } from "./answer-canvas.tsx";
import { Divider } from "./divider.tsx";
import { Inspector } from "./inspector.tsx";
import { PictureCanvas } from "./picture-canvas.tsx";

interface Props {
  readonly picture: Picture;
  /** Of that picture. */
  readonly answer: Answer | undefined;
  readonly name: string;
}

/** A picture with an answer over it: as strong as the slider says, right of the divider. The stage has its `--ratio`. */
export function Pane({ picture, answer, name }: Props) {
  const { opacity, divider } = settings.value;
  const style = { opacity: opacity / 100, clipPath: `inset(0 0 0 ${divider}%)` };
  return (
    <figure class="pane">
      {isComparing.value && <figcaption>{name}</figcaption>}
      <div class="frame">
        <PictureCanvas picture={picture} />
        {answer && <AnswerCanvas answer={answer} style={style} />}
        <Inspector picture={picture} answer={answer} name={name} />
        {answer && <Divider />}
      </div>
    </figure>
  );
}
