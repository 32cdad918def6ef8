import { film } from "../live/live.ts";
import { sortFiles } from "../pictures/given-files.ts";
import { SAMPLES } from "../pictures/samples.ts";
import { settings } from "../state.ts";
import { take, takeCamera, takeSample } from "../take.ts";
import { Icon } from "./icon.tsx";
import { Playing } from "./playing.tsx";

/** Where pictures come from. */
export function Sources() {
  return (
    <section class="sources" aria-label="Choose a picture">
      <label class="button primary">
        <Icon name="photo" />
        Photo or video
        <input
          id="open"
          type="file"
          class="hidden"
          accept="image/*,video/*"
          onChange={({ currentTarget }) => {
            take(sortFiles([...(currentTarget.files ?? [])]));
            currentTarget.value = "";
          }}
        />
      </label>
      <button type="button" class="button" id="camera" onClick={() => takeCamera()}>
        <Icon name="camera" />
        Camera
      </button>
      {film.value && <Playing />}
      <ul class="samples" aria-label="Samples">
        {SAMPLES.map(({ name, words, small }) => (
          <li key={name}>
            <button
              type="button"
              class="sample"
              data-sample={name}
              aria-pressed={settings.value.sample === name}
              aria-label={`Sample: ${words}`}
              onClick={() => takeSample(name)}
            >
              <img src={small} alt="" width="72" height="54" draggable={false} />
            </button>
          </li>
        ))}
      </ul>
      <p class="small hint">or drop or paste one. Nothing leaves this computer.</p>
    </section>
  );
}
