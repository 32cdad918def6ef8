import { settings } from "../state.ts";

/** In place of a picture. */
export function NoPicture() {
  const isOwn = settings.value.sample === "";
  return (
    <p class="empty">
      {isOwn && "The page keeps no photo or film of yours. "}Choose a picture below, or drop one here.
    </p>
  );
}
