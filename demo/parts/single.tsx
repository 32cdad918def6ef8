import { picture, shownAnswer, sides } from "../state.ts";
import { NoPicture } from "./no-picture.tsx";
import { Pane } from "./pane.tsx";

/** One answer over its picture. */
export function Single() {
  const shown = picture.value;
  if (!shown) return <NoPicture />;
  return (
    <div class="panes one">
      <Pane picture={shown} answer={shownAnswer(sides[0])} name="Picture" />
    </div>
  );
}
