/** People: their sign and their name. */

import { html } from "../html.js";

const HUES = 8;

/** This view will draw a person's first letter on a colour that stays theirs. */
export function Avatar({ id, name }) {
  const letter = [...(name ?? "").replace(/[^\p{L}\p{N}]/gu, "")][0] ?? "·";
  return html`<span class=${`avatar hue-${hueOf(id ?? name ?? "")}`} aria-hidden="true">${letter.toUpperCase()}</span>`;
}

/** This function will return the names of a purchase's people by id. */
export function namesIn(purchase) {
  return Object.fromEntries(purchase.participants.map(({ user_id: id, name }) => [id, name]));
}

function hueOf(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % HUES;
}
