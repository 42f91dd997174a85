/** Money of mine on its way back that I have to say something about. */

import { html } from "../../html.js";
import { post } from "../../api.js";
import { refresh, useRead } from "../../kept.js";
import { ActButton } from "../../parts/acting.js";
import { money, say } from "../../words.js";

/** This view will list refunds that wait for this person, if any do. */
export function Refunds() {
  const { data } = useRead("/refunds");
  if (!data?.items.length) return null;
  return html`<section aria-labelledby="refunds"><h2 id="refunds">${say("refunds")}</h2>
    <ul class="list">${data.items.map((refund) => html`<${Line} key=${refund.id} refund=${refund} />`)}</ul></section>`;
}

/** Who was paid agrees to give back; who paid says whether it came. */
function Line({ refund }) {
  const word = refund.question;
  const answer = (yes) => async () => {
    await post(`/refunds/${refund.id}/answer`, { [word]: yes });
    refresh("/refunds", "/intents", "/attempts", "/accounts");
  };
  return html`<li class="line"><span class="grow"><b>${money(refund.amount_cents, refund.currency)}</b><small>${say(`refund-${word}`)}
      <a href=${`#/debts/${refund.intent_id}`}>${say("to-debt")}</a></small></span>
    <${ActButton} act=${answer(false)}>${say(`refund-${word}-no`)}<//><${ActButton} look="main"
      act=${answer(true)}>${say(`refund-${word}-yes`)}<//></li>`;
}
