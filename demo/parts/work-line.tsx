import { work } from "../state.ts";

/** What is under way, how far and how long still. */
export function WorkLine() {
  const { words, detail, share } = work.value ?? {};
  return (
    <div class="work" hidden={!words}>
      {/* The words alone are spoken: figures that change ten times a second would never end. */}
      <span class="words" role="status">
        {words}
      </span>
      <span class="figures">{detail}</span>
      {words && <progress aria-label={words} max={1} {...(share === undefined ? {} : { value: share })} />}
    </div>
  );
}
