import type { trouble } from "../state.ts";

/** In place of an answer where none can be computed. Pictures can be looked at all the same. */
export function NoWebGpu({ title, why, steps, again }: NonNullable<typeof trouble.value>) {
  return (
    <section class="trouble" role="alert" aria-labelledby="trouble-title">
      <h2 id="trouble-title">{title}</h2>
      <ul>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
      <p class="small">{why}</p>
      <button type="button" class="button primary" onClick={again}>
        Try again
      </button>
    </section>
  );
}
