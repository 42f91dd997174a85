/** The way to the sandbox's JSON API: reading, acting, and the stream of events that finds its way back by itself. */

import { say } from "./words.js";

const AGAIN_MILLISECONDS = 1500;

/** This function will read JSON from the sandbox. */
export async function read(path) {
  return answered(fetch(`/sandbox/${path}`));
}

/** This function will do something in the outside world and give the sandbox's answer; a refusal is an error with its words. */
export async function act(name, values) {
  return answered(fetch(`/sandbox/acts/${name}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(values),
  }));
}

async function answered(coming) {
  const response = await coming.catch(() => {
    throw new Error(say("unreachable"));
  });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.detail ?? body?.description ?? `${response.status}`);
  return body;
}

/**
 * This function will follow the events after `after`. The browser resumes a broken stream itself (Last-Event-ID); one that it has given
 * up is opened anew. `onLink(open)` hears whether the sandbox can be reached.
 */
export function follow({ after, onEvent, onLink }) {
  let last = after;
  const source = new EventSource(`/sandbox/events?after=${last}`);
  source.onopen = () => onLink(true);
  source.onmessage = ({ data, lastEventId }) => {
    last = lastEventId || last;
    onEvent(JSON.parse(data));
  };
  source.onerror = () => {
    onLink(false);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => follow({ after: last, onEvent, onLink }), AGAIN_MILLISECONDS);
  };
}
