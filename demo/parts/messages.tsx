import { forget, messages } from "../state.ts";
import { focusOn } from "./focus-on.ts";
import { Icon } from "./icon.tsx";

/** Sentences that tell what to do. The page goes on working below them. */
export function Messages() {
  return (
    <div class="messages">
      <div role="alert">
        {messages.value
          .filter(({ kind }) => kind === "error")
          .map((message) => (
            <Sentence key={message.text} {...message} />
          ))}
      </div>
      <div role="status">
        {messages.value
          .filter(({ kind }) => kind === "note")
          .map((message) => (
            <Sentence key={message.text} {...message} />
          ))}
      </div>
    </div>
  );
}

function Sentence({ kind, text, action }: (typeof messages.value)[number]) {
  const leave = (then: () => void) => {
    focusOn("stage");
    then();
  };
  return (
    <div class={`message ${kind}`}>
      <p>{text}</p>
      {action && (
        <button type="button" class="button" onClick={() => leave(action.run)}>
          {action.words}
        </button>
      )}
      <button
        type="button"
        class="button round"
        aria-label="Put this message away"
        onClick={() => leave(() => forget(kind, text))}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
