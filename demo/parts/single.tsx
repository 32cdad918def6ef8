import { picture, shownAnswer, sides } from "../state.ts";
import { Pane } from "./pane.tsx";

/** One answer over its picture. */
export function Single() {
  const shown = picture.value;
  if (!shown) return <p class="empty">Choose a picture below, or drop one here.</p>;
  return (
    <div class="panes one" style={{ "--ratio": shown.width / shown.height }}>
      <Pane picture={shown} answer={shownAnswer(sides[0])} name="Picture" />
    </div>
  );
}
