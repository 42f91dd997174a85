/** How an account came to what it has: its movements, the newest first, with what was there after each. */

import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { useRead } from "../kept.js";
import { ActButton } from "../parts/acting.js";
import { Empty, Read } from "../parts/reading.js";
import { has, moment, money, say } from "../words.js";

/** This view will list the movements of the account in `currency`. */
export function Statement({ currency }) {
  const path = `/accounts/statement?currency=${currency}`;
  const first = useRead(path);
  const [older, setOlder] = useState(null); // what was read behind the first page
  useEffect(() => setOlder(null), [first.data]);
  return html`<section aria-labelledby="statement"><h2 id="statement">${say("statement")}</h2>
    <${Read} from=${first}>${(page) => {
      const items = [...page.items, ...(older?.items ?? [])];
      const next = older ? older.next : page.next;
      const more = async () => {
        const answer = await get(`${path}&cursor=${encodeURIComponent(next)}`);
        setOlder({ items: [...(older?.items ?? []), ...answer.items], next: answer.next });
      };
      if (!items.length) return html`<${Empty} words=${say("no-movements")} />`;
      return html`<ul class="list">${items.map((line) => html`<${Line} key=${line.id} line=${line} currency=${currency} />`)}</ul>
        ${next && html`<div class="row"><${ActButton} act=${more}>${say("older")}<//></div>`}`;
    }}<//></section>`;
}

function Line({ line: { at, kind, amount_cents: change, balance_cents: balance }, currency }) {
  const words = has(`movement-${kind}`) ? say(`movement-${kind}`) : kind;
  return html`<li class="line"><span class="grow"><b>${words}</b><small><time datetime=${at}>${moment(at)}</time></small></span>
    <span class="sum"><b class=${change > 0 ? "good" : ""}>${change > 0 ? "+" : ""}${money(change, currency)}</b>
      <small>${money(balance, currency)}</small></span></li>`;
}
