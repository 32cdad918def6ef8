import { useEffect, useState } from "preact/hooks";
import type { ClassArea } from "../../cli/run/class-areas.ts";
import type { Answer } from "../answer.ts";
import { areasOf } from "../draw/painter.ts";
import { film } from "../live/live.ts";
import { change, settings, spoken } from "../state.ts";
import { summaryOf } from "../words/summary-of.ts";
import { focusOn } from "./focus-on.ts";
import { Icon } from "./icon.tsx";
import { useAsked } from "./use-asked.ts";
import { useListedClasses } from "./use-listed-classes.ts";

/** The classes of the picture by area, and a search among all that the model knows. */
export function Legend({ answer }: { answer: Extract<Answer, { task: "segmentation" }> | undefined }) {
  const [search, setSearch] = useState("");
  const { only } = settings.value;
  const { value: byId } = useAsked(answer && (() => areasOf(answer)), [answer]);
  const { areas, ids } = useListedClasses(byId) ?? {};
  useEffect(() => {
    // A film's frames would never let anybody speak to the end.
    if (areas && !film.peek()) spoken.value = summaryOf(areas);
  }, [areas]);
  const wanted = search.trim().toLowerCase();
  const isShown = ({ id, name }: ClassArea) => (wanted ? name.toLowerCase().includes(wanted) : ids?.includes(id));
  const shown = areas?.filter(isShown) ?? [];
  const largest = Math.max(...shown.map(({ share }) => share));
  const isolate = (name: string) => change({ only: only === name ? "" : name });
  return (
    <section class="legend" aria-labelledby="legend-title">
      <div class="title">
        <h2 id="legend-title" tabIndex={-1}>
          Classes
        </h2>
        <button
          type="button"
          class="button small"
          hidden={only === ""}
          onClick={() => {
            focusOn("legend-title");
            change({ only: "" });
          }}
        >
          Show all
        </button>
      </div>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = shown.filter(({ pixels }) => pixels > 0);
          if (first) change({ only: first.name });
        }}
      >
        <Icon name="search" />
        <input
          id="search"
          type="search"
          value={search}
          placeholder={areas ? `Search ${areas.length} classes` : "Search classes"}
          aria-label="Search classes; Enter shows the first one alone"
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </form>
      <ul class="classes">
        {shown.map((area, place) => (
          // By place: where another picture has other areas the rows stay, and tell of others.
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
          <li key={place}>
            <ClassRow area={area} largest={largest} isOnly={only === area.name} onClick={() => isolate(area.name)} />
          </li>
        ))}
      </ul>
      <p class={areas && shown.length === 0 ? "small" : "hidden"} role="status">
        {wanted &&
          areas &&
          (shown.length === 0 ? "The model knows no such class." : `${shown.length} of ${areas.length} classes`)}
      </p>
    </section>
  );
}

interface RowProps {
  readonly area: ClassArea;
  readonly largest: number;
  readonly isOnly: boolean;
  readonly onClick: () => void;
}

function ClassRow({ area: { name, colour, pixels, share }, largest, isOnly, onClick }: RowProps) {
  const percent = pixels === 0 ? "not here" : share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`;
  return (
    <button
      type="button"
      class="class"
      aria-pressed={isOnly}
      disabled={pixels === 0}
      data-class={name}
      onClick={onClick}
    >
      <span class="swatch" style={{ background: colour }} />
      <span class="name">{name}</span>
      <span class="area">{percent}</span>
      <span class="bar" style={{ width: `${largest === 0 ? 0 : (100 * share) / largest}%` }} />
    </button>
  );
}
