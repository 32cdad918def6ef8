import { film } from "../live/live.ts";
import { sampleOf } from "../pictures/samples.ts";
import { isComparing, picture, settings, shownAnswer, sides, spoken, trouble, work } from "../state.ts";
import { Compare } from "./compare.tsx";
import { DropTarget } from "./drop-target.tsx";
import { Header } from "./header.tsx";
import { Messages } from "./messages.tsx";
import { NoWebGpu } from "./no-webgpu.tsx";
import { Panel } from "./panel.tsx";
import { Playing } from "./playing.tsx";
import { Relief } from "./relief.tsx";
import { Single } from "./single.tsx";
import { Sources } from "./sources.tsx";
import { Toolbar } from "./toolbar.tsx";
import { WorkLine } from "./work-line.tsx";

/** The shape of most photos. */
const UNKNOWN = { width: 4, height: 3 };

/** The whole page: what is shown in the middle, how to show it below, what it means beside it. */
export function App() {
  const { view, task, sample } = settings.value;
  // Of a sample it is known before its pixels are: its room is kept.
  const { width, height } = picture.value ?? sampleOf(sample) ?? UNKNOWN;
  const isRelief = view === "relief" && task === "depth" && !isComparing.value;
  return (
    <DropTarget>
      <a class="skip" href="#stage">
        To the picture
      </a>
      <Header />
      <main class="main" data-state={work.value ? "working" : "ready"}>
        <Messages />
        <section
          class="stage"
          id="stage"
          aria-label="Picture and result"
          tabIndex={-1}
          style={{ "--ratio": width / height }}
        >
          {trouble.value && <NoWebGpu {...trouble.value} />}
          {isComparing.value ? (
            <Compare />
          ) : isRelief ? (
            <Relief answer={shownAnswer(sides[0])} shown={picture.value} />
          ) : (
            <Single />
          )}
          <WorkLine />
          {film.value && <Playing />}
        </section>
        <Toolbar />
        <Sources />
      </main>
      <Panel />
      <p class="hidden" aria-live="polite" id="spoken">
        {spoken.value}
      </p>
    </DropTarget>
  );
}
