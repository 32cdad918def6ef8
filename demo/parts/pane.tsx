import { useMemo } from "preact/hooks";
import type { Answer } from "../answer.ts";
import { resultPixels } from "../draw/result-pixels.ts";
import type { Picture } from "../pictures/picture.ts";
import { isComparing, settings } from "../state.ts";
import { Divider } from "./divider.tsx";
import { Inspector } from "./inspector.tsx";
import { PixelCanvas } from "./pixel-canvas.tsx";

interface Props {
  readonly picture: Picture;
  readonly answer: Answer | undefined;
  readonly name: string;
}

/** A picture with an answer over it: as strong as the slider says, right of the divider. */
export function Pane({ picture, answer, name }: Props) {
  const { opacity, divider, only, colours } = settings.value;
  const { width, height, data } = picture;
  // While the next picture is looked at, the last one's answer does not fit.
  const fitting = answer?.map.width === width && answer.map.height === height ? answer : undefined;
  const pixels = useMemo(() => fitting && resultPixels(fitting, { only, colours }), [fitting, only, colours]);
  const style = { opacity: opacity / 100, clipPath: `inset(0 0 0 ${divider}%)` };
  return (
    <figure class="pane">
      {isComparing.value && <figcaption>{name}</figcaption>}
      <div class="frame" style={{ "--ratio": width / height }}>
        <PixelCanvas class="layer" pixels={data} width={width} height={height} />
        {pixels && <PixelCanvas class="layer result" style={style} pixels={pixels} width={width} height={height} />}
        <Inspector picture={picture} answer={fitting} name={name} />
        {pixels && <Divider />}
      </div>
    </figure>
  );
}
