/** A list that is longer than one answer: the newest page of it, kept current, and what was read behind it. */

import { html, useState } from "../html.js";
import { get } from "../api.js";
import { useRead } from "../kept.js";
import { say } from "../words.js";
import { ActButton } from "./acting.js";
import { Read } from "./reading.js";

const NONE = [];

/** This view will draw its children (a function of all items read so far and of the first answer), and a way to more. */
export function Paged({ path, children }) {
  const first = useRead(path);
  const [behind, setBehind] = useState({ pages: NONE });
  return html`<${Read} from=${first}>${(page) => {
    const older = behind.first === page ? behind.pages : NONE; // what has changed may have moved them
    const pages = [page, ...older];
    const items = pages.flatMap((one) => one.items);
    const next = nextOf(pages.at(-1));
    const more = async () => setBehind({ first: page, pages: [...older, await get(`${path}${path.includes("?") ? "&" : "?"}${next}`)] });
    return html`${children(items, page)}${next && html`<div class="row"><${ActButton} act=${more}>${say("show-more")}<//></div>`}`;
  }}<//>`;
}

/** Logs name what comes next; lists say how many there are. */
function nextOf({ items, next, offset, total }) {
  if (next) return `cursor=${encodeURIComponent(next)}`;
  return offset + items.length < total ? `offset=${offset + items.length}` : null;
}
