import { useEffect, useMemo, useState } from "preact/hooks";
import type { ClassArea } from "../../cli/run/class-areas.ts";
import type { Answer } from "../answer.ts";
import { areasOf } from "../draw/painter.ts";
import { film } from "../live/live.ts";
import { change, settings, spoken } from "../state.ts";
import { summaryOf } from "../words/summary-of.ts";
import { focusOn } from "./focus-on.ts";
import { Icon } from "./icon.tsx";
import { useAsked } from "./use-asked.ts";

/** The classes of the picture by area, and a search among all that the model knows. */
export function Legend({ answer }: { answer: Extract<Answer, { task: "segmentation" }> }) {
  const [search, setSearch] = useState("");
  const { only } = settings.value;
  const { value: byId } = useAsked(() => areasOf(answer), [answer]);
  const areas = useMemo(() => byId?.toSorted((a, b) => b.pixels - a.pixels), [byId]);
  useEffect(() => {
    // A film's frames would never let anybody speak to the end.
    if (areas && !film.peek()) spoken.value = summaryOf(areas);
  }, [areas]);
  if (!areas) return null;
  const wanted = search.trim().toLowerCase();
  const shown = areas.filter(({ name, pixels }) => (wanted ? name.toLowerCase().includes(wanted) : pixels > 0));
  const largest = areas[0]!.share;
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
          placeholder={`Search ${areas.length} classes`}
          aria-label="Search classes; Enter shows the first one alone"
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </form>
      <ul class="classes">
        {shown.map((area) => (
          <li key={area.id}>
            <ClassRow area={area} largest={largest} isOnly={only === area.name} onClick={() => isolate(area.name)} />
          </li>
        ))}
      </ul>
      <p class={shown.length === 0 ? "small" : "hidden"} role="status">
        {wanted &&
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
