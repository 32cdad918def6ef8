import { SAMPLES } from "../pictures/samples.ts";
import { ownPhotos, settings } from "../state.ts";
import { takeShown } from "../take.ts";

/** Pictures to choose by a click: those that were given on this visit, then the samples. */
export function Choices() {
  const own = ownPhotos.value;
  return (
    <div class="choices">
      {own.length > 0 && (
        <ul class="samples" aria-label="Your photos">
          {own.map(({ key, file, small }) => (
            <Choice key={key} name={key} label={`Your photo: ${file.name}`} small={small} />
          ))}
        </ul>
      )}
      <ul class="samples" aria-label="Samples">
        {SAMPLES.map(({ name, words, small }) => (
          <Choice key={name} name={name} label={`Sample: ${words}`} small={small} />
        ))}
      </ul>
    </div>
  );
}

interface Props {
  /** As `Settings.sample`. */
  readonly name: string;
  readonly label: string;
  /** None while it is made. */
  readonly small: string | undefined;
}

function Choice({ name, label, small }: Props) {
  return (
    <li>
      <button
        type="button"
        class="sample"
        data-sample={name}
        aria-pressed={settings.value.sample === name}
        aria-label={label}
        onClick={() => takeShown(name)}
      >
        {small && <img src={small} alt="" width="58" height="44" draggable={false} />}
      </button>
    </li>
  );
}
