/** The icons: one path each, drawn in the colour of the text beside them; silent for screen readers. */

import { html } from "../html.js";

const PATHS = {
  basket: "M4 10h16l-2 10H6L4 10Zm4 0 3-6m5 6-3-6",
  debts: "M4 8h14l-3-3m5 11H6l3 3",
  wallet: "M4 7h14a2 2 0 0 1 2 2v9H6a2 2 0 0 1-2-2V7Zm0 0 11-3v3m1 6v.01",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm-7 16c0-4 3-6 7-6s7 2 7 6",
  plus: "M12 5v14M5 12h14",
  back: "M14 6l-6 6 6 6",
  forward: "m10 6 6 6-6 6",
  check: "m5 13 4 4L19 7",
  close: "M6 6l12 12M18 6 6 18",
  file: "M7 3h7l5 5v13H7V3Zm7 0v5h5",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3 2",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5v-9Z",
  invite: "M10 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm-7 16c0-4 3-6 7-6m7 0v6m-3-3h6",
  hand: "M8 12V6m0 0a1.5 1.5 0 0 1 3 0v5m0-6a1.5 1.5 0 0 1 3 0v6m0-4a1.5 1.5 0 0 1 3 0v7c0 4-3 6-6 6s-4-1-6-4l-2-4a1.5 1.5 0 0 1 3-1l1 2",
  more: "M6 12v.01M12 12v.01M18 12v.01",
  out: "M9 15 19 5m-7 0h7v7",
  copy: "M9 9h11v11H9V9Zm-4 6H4V4h11v1",
};

/** This view will draw an icon by its name in PATHS. */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
