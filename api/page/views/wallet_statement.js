/** How an account came to what it has: its movements, the newest first, with what was there after each. */

import { html } from "../html.js";
import { Paged } from "../parts/paged.js";
import { Empty } from "../parts/reading.js";
import { has, moment, money, say } from "../words.js";

/** This view will list the movements of the account in `currency`. */
export function Statement({ currency }) {
  return html`<section aria-labelledby="statement"><h2 id="statement">${say("statement")}</h2>
    <${Paged} path=${`/accounts/statement?currency=${currency}`}>${(items) => (items.length
      ? html`<ul class="list">${items.map((line) => html`<${Line} key=${line.id} line=${line} currency=${currency} />`)}</ul>`
      : html`<${Empty} words=${say("no-movements")} />`)}<//></section>`;
}

function Line({ line: { at, kind, amount_cents: change, balance_cents: balance }, currency }) {
  const words = has(`movement-${kind}`) ? say(`movement-${kind}`) : kind;
  return html`<li class="line"><span class="grow"><b>${words}</b><small><time datetime=${at}>${moment(at)}</time></small></span>
    <span class="sum"><b class=${change > 0 ? "good" : ""}>${change > 0 ? "+" : ""}${money(change, currency)}</b>
      <small>${money(balance, currency)}</small></span></li>`;
}
