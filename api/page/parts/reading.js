/** What stands where something is being read, could not be read, or is not there. */

import { html } from "../html.js";
import { Refused, Unreachable } from "../api.js";
import { refreshAll } from "../kept.js";
import { say } from "../words.js";
import { wordsOf } from "./acting.js";

/**
 * This view will draw its children (a function of the data) once something was read; what was read before stays.
 * `missing` says what to do where it is not there for this person.
 */
export function Read({ from, missing, children }) {
  if (from.data !== undefined) return children(from.data);
  if (!from.error) return html`<div class="skeleton" role="status"><span class="spoken">${say("loading")}</span><i /><i /><i /></div>`;
  return html`<div class="empty" role="alert"><p>${from.error instanceof Unreachable ? say("not-reached") : wordsOf(from.error)}</p>
    ${isGone(from.error) ? missing && html`<p>${missing}</p>` : html`<button type="button" class="button"
      onClick=${refreshAll}>${say("try-again")}</button>`}</div>`;
}

function isGone(error) {
  return error instanceof Refused && error.status === 404;
}

/** This view will say that there is nothing yet, and what to do about it. */
export function Empty({ words, children }) {
  return html`<div class="empty"><p>${words}</p>${children}</div>`;
}
