/** What the page says in passing: a line that everybody sees for a moment, and word to screen readers. */

import { html, signal } from "./html.js";

const SHOWN_MILLISECONDS = 4000;

const toast = signal(null);
const spoken = signal("");
let ends = null;

/** This function will show a line for a moment; screen readers say it too. */
export function tell(words) {
  toast.value = words;
  announce(words);
  clearTimeout(ends);
  ends = setTimeout(() => { toast.value = null; }, SHOWN_MILLISECONDS);
}

/** This function will have screen readers say what everybody else sees happen. */
export function announce(words) {
  spoken.value = spoken.value === words ? `${words}\u00a0` : words; // the same words twice are news again
}

/** This view will hold both; it stands on the page all the time, because screen readers listen only to what was there. */
export function Notices() {
  return html`<div class="notices">
    <div class="spoken" role="status" aria-live="polite">${spoken.value}</div>
    ${toast.value && html`<div class="toast" aria-hidden="true">${toast.value}</div>`}
  </div>`;
}
