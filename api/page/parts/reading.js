/** What stands where something is being read, could not be read, or is not there. */

import { html } from "../html.js";
import { Refused } from "../api.js";
import { refreshAll } from "../kept.js";
import { say } from "../words.js";
import { wordsOf } from "./acting.js";

/** This view will draw its children (a function of the data) once something was read; what was read before stays. */
export function Read({ from, children }) {
  if (from.data !== undefined) return children(from.data);
  if (!from.error) return html`<div class="skeleton" role="status"><span class="spoken">${say("loading")}</span><i /><i /><i /></div>`;
  return html`<div class="empty" role="alert"><p>${wordsOf(from.error)}</p>
    ${!(from.error instanceof Refused && from.error.status === 404)
      && html`<button type="button" class="button" onClick=${refreshAll}>${say("try-again")}</button>`}</div>`;
}

/** This view will say that there is nothing yet, and what to do about it. */
export function Empty({ words, children }) {
  return html`<div class="empty"><p>${words}</p>${children}</div>`;
}
