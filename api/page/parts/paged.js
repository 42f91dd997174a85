/** A list that is longer than one answer: the newest page of it, kept current, and what was read behind it. */

import { html, useEffect, useRef, useState } from "../html.js";
import { get } from "../api.js";
import { useRead } from "../kept.js";
import { say } from "../words.js";
import { ActButton } from "./acting.js";
import { Read } from "./reading.js";

/** This view will draw its children (a function of all items read so far and of the first answer), and a way to more. */
export const Paged = (list) => html`<${Pages} key=${list.path} ...${list} />`;

function Pages({ path, children }) {
  const first = useRead(path);
  const [behind, setBehind] = useState({ first: null, pages: [] });
  const wanted = useRef(0); // pages behind the first, as often as the person asked for more
  const round = useRef(0);
  const load = async () => {
    const [mine, page] = [round.current += 1, first.data];
    const pages = behind.first === page ? [...behind.pages] : []; // what has changed may have moved them
    while (pages.length < wanted.current && nextOf(pages.at(-1) ?? page)) {
      pages.push(await get(`${path}${path.includes("?") ? "&" : "?"}${nextOf(pages.at(-1) ?? page)}`));
    }
    if (mine === round.current) setBehind({ first: page, pages });
  };
  const more = async () => {
    wanted.current += 1;
    await load().catch((error) => { wanted.current -= 1; throw error; });
  };
  const giveUp = () => { // rather the beginning alone, and the way to more, than what does not fit together
    wanted.current = 0;
    setBehind({ first: first.data, pages: [] });
  };
  useEffect(() => { if (wanted.current) load().catch(giveUp); }, [first.data]);
  return html`<${Read} from=${first}>${(page) => {
    const pages = [page, ...behind.pages];
    const items = [...new Map(pages.flatMap((one) => one.items).map((item) => [item.id, item])).values()];
    return html`${children(items, page)}${nextOf(pages.at(-1)) && html`<div class="row"><${ActButton} act=${more}>${say("show-more")}<//></div>`}`;
  }}<//>`;
}

/** Logs name what comes next; lists say how many there are. */
function nextOf({ items, next, offset, total }) {
  if (next) return `cursor=${encodeURIComponent(next)}`;
  return offset + items.length < total ? `offset=${offset + items.length}` : null;
}
