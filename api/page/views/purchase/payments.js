/** The payments of a purchase that may go back: whoever was paid gives them back, the organiser asks for it. */

import { html } from "../../html.js";
import { useRead } from "../../kept.js";
import { wentBy } from "../../parts/methods.js";
import { Paged } from "../../parts/paged.js";
import { moment, money, say } from "../../words.js";
import { GiveBack, GoneBack } from "../debts/give_back.js";

/** This view will list the payments that this person may have a say in, if there are any. */
export function Payments({ purchase }) {
  const path = `/purchases/${purchase.id}/refundable-payments`;
  const { data } = useRead(path);
  if (!data?.items.length) return null;
  return html`<section aria-labelledby="payments"><h2 id="payments">${say("attempts")}</h2>
    <${Paged} path=${path}>${(items) => html`<ul class="list">${items.map((payment) =>
      html`<${Line} key=${payment.id} payment=${payment} />`)}</ul>`}<//></section>`;
}

function Line({ payment }) {
  const { payer_name: payer, payee_name: payee, amount_cents: cents, currency, paid_at: at } = payment;
  return html`<li class="line"><span class="grow"><b>${say("owes", { payer, payee })}: ${money(cents, currency)}</b>
      <${GoneBack} payment=${payment} /><small>${[wentBy(payment), moment(at)].join(" · ")}</small></span>
    <${GiveBack} payment=${payment} /></li>`;
}
