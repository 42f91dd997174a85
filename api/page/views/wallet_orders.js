/** Orders: payments from the wallet, whose end is seen as soon as it comes. */

import { html, useEffect, useRef } from "../html.js";
import { useRead } from "../kept.js";
import { announce } from "../notices.js";
import { Paged } from "../parts/paged.js";
import { moment, money, say } from "../words.js";

/** This view will list the newest orders, if there are any. */
export function Orders() {
  const { data } = useRead("/orders");
  useEnds(data?.items);
  if (!data?.items.length) return null;
  return html`<section aria-labelledby="orders"><h2 id="orders">${say("orders")}</h2>
    <${Paged} path="/orders">${(items) => html`<ul class="list">${items.map(
      ({ id, amount_cents: cents, currency, description, status, reason_text: why, created_at: at }) =>
      html`<li class="line" key=${id}>
      <span class="grow"><b>${description}</b>
        <small>${moment(at)}${why && ` · ${why}`}</small></span>
      <span class="sum"><b>${money(cents, currency)}</b><small class=${`status ${status.toLowerCase()}`}>${say(`order-${status}`)}</small>
        </span></li>`)}</ul>`}<//></section>`;
}

/** Screen readers are told how an order ended. */
function useEnds(orders) {
  const before = useRef(new Map());
  useEffect(() => {
    for (const { id, status, description } of orders ?? []) {
      if (before.current.get(id) === "NEW" && status !== "NEW") announce(`${description}: ${say(`order-${status}`)}`);
      before.current.set(id, status);
    }
  }, [orders]);
}
