import { effect } from "@preact/signals";
import { render } from "preact";
import { startAnswering } from "./answer-loop.ts";
import { startPainting } from "./draw/painter.ts";
import { standStillWhereUnseen } from "./live/live.ts";
import { lookAtMachine } from "./machine.ts";
import { registerOffline } from "./offline/register.ts";
import { App } from "./parts/app.tsx";
import { keepAddress } from "./settings/keep-address.ts";
import { machine, say, setting, settings, trouble } from "./state.ts";
import { takeShown } from "./take.ts";
import { troubleOf } from "./words/trouble-of.ts";

const theme = setting("theme");
effect(() => {
  document.documentElement.style.colorScheme = theme.value === "system" ? "light dark" : theme.value;
});
keepAddress(({ sample }) => {
  const back = settings.peek().sample;
  if (back !== sample) takeShown(back);
});
startPainting();
standStillWhereUnseen();
render(<App />, document.getElementById("app")!);
registerOffline();
takeShown(settings.peek().sample);
begin();

async function begin(): Promise<void> {
  try {
    machine.value = await lookAtMachine();
    trouble.value = undefined;
  } catch (error) {
    trouble.value = { ...troubleOf(error, navigator), again: begin };
    return;
  }
  if (machine.value.software) {
    say({
      kind: "note",
      text:
        "This browser computes on the processor: a picture takes seconds to minutes. Choose a lower resolution, or switch on " +
        "hardware acceleration in its settings.",
    });
  }
  startAnswering();
}
