import { differenceOf, paintDifference } from "../draw/painter.ts";
import { film } from "../live/live.ts";
import { picture, settings, shownAnswer, sides } from "../state.ts";
import { modelName } from "../words/model-name.ts";
import { BitmapCanvas } from "./bitmap-canvas.tsx";
import { NoPicture } from "./no-picture.tsx";
import { Pane } from "./pane.tsx";
import { PictureCanvas } from "./picture-canvas.tsx";
import { useAsked } from "./use-asked.ts";

/** Two answers side by side, and the pixels on which they differ. */
export function Compare() {
  const shown = picture.value;
  const [first, second] = sides.map(shownAnswer);
  const { model, dtype, against, againstDtype } = settings.value;
  const isBoth = first && second && first.task === second.task;
  const { value: difference } = useAsked(isBoth ? () => differenceOf(first, second) : undefined, [first, second]);
  if (!shown) return <NoPicture />;
  const { width, height } = shown;
  const what = first?.task === "depth" ? "more than 5 % of the depth's range apart" : "of another class";
  return (
    <div class="panes two">
      <Pane picture={shown} answer={first} name={words(model, dtype)} />
      <Pane picture={shown} answer={second} name={words(against, againstDtype)} />
      <figure class="pane">
        <figcaption>Pixels that differ</figcaption>
        <div class="frame">
          <PictureCanvas picture={shown} />
          {isBoth && (
            <BitmapCanvas
              class="layer result"
              paint={(pixels) => paintDifference(first, second, pixels)}
              about={[first, second]}
            />
          )}
        </div>
      </figure>
      <div class="pane agreement" id="agreement" role="status" aria-busy={film.value !== undefined}>
        {difference ? (
          <p>
            <strong>{percent(1 - difference.share)}</strong>
            the same
            <span class="small">
              {difference.count.toLocaleString("en")} of {(width * height).toLocaleString("en")} pixels are {what}
            </span>
          </p>
        ) : (
          <p class="small">Both answers are needed for this.</p>
        )}
      </div>
    </div>
  );
}

function words(model: string, dtype: string): string {
  return `${modelName(model)}, ${dtype}`;
}

/** Rounded down: what differs at all is never 100 %. */
function percent(share: number): string {
  return share === 1 ? "100 %" : `${(Math.floor(share * 10000) / 100).toFixed(2)} %`;
}
