/** One debt: how much, why, how it is paid, and what was tried. */

import { html } from "../../html.js";
import { post } from "../../api.js";
import { refresh, useRead } from "../../kept.js";
import { ActButton } from "../../parts/acting.js";
import { Icon } from "../../parts/icons.js";
import { Read } from "../../parts/reading.js";
import { sure } from "../../parts/sure.js";
import { person } from "../../session.js";
import { isMiniApp } from "../../telegram.js";
import { day, money, say } from "../../words.js";
import { Attempts } from "./attempts.js";
import { Pay } from "./pay.js";

/** This view will show the debt `id` to one of its two people. */
export function Debt({ id }) {
  return html`<section>
    ${!isMiniApp && html`<a class="back" href="#/debts"><${Icon} name="back" />${say("place-debts")}</a>`}
    <${Read} from=${useRead(`/intents/${id}`)}>${(debt) => html`<${Head} debt=${debt} />
      ${debt.payer_id === person.value.id ? html`<${Pay} debt=${debt} />` : html`<${ForPayee} debt=${debt} />`}
      <${Attempts} debt=${debt} /><${Reasons} debt=${debt} />`}<//></section>`;
}

/** This function will read anew what an action on a debt changes. */
export function debtChanged(debt) {
  refresh("/intents", "/attempts", "/accounts", "/orders", "/refunds", "/purchases?", `/purchases/${debt.purchase_id}`);
}

function Head({ debt }) {
  const { payer_name: payer, payee_name: payee, status, due_at: due, currency } = debt;
  const paid = { paid: money(debt.paid_cents, currency), total: money(debt.amount_cents, currency) };
  const about = [say(`debt-${status}`), due && say("due", { date: day(due) }), debt.paid_cents > 0 && say("paid-of-total", paid)];
  return html`<header class="head"><h1>${say("owes", { payer, payee })}</h1>
    <p class="big">${money(debt.left_cents, currency)}</p>
    <p class="soft">${about.filter(Boolean).join(" · ")}</p>
    <a href=${`#/purchases/${debt.purchase_id}/sums`}>${say("to-purchase")}</a></header>`;
}

function ForPayee({ debt }) {
  if (["succeeded", "refunded", "canceled"].includes(debt.status)) return null;
  const forgive = async () => {
    const title = say("write-off-sure", { name: debt.payer_name, amount: money(debt.left_cents, debt.currency) });
    if (!(await sure({ title, confirm: say("write-off") }))) return;
    await post(`/intents/${debt.id}/write-off`);
    debtChanged(debt);
  };
  return html`<div class="row"><${ActButton} act=${forgive}>${say("write-off")}<//></div>`;
}

function Reasons({ debt }) {
  if (!debt.reasons?.length) return null;
  const { currency } = debt;
  return html`<section aria-labelledby="why"><h2 id="why">${say("why")}</h2>
    <ul class="list">${debt.reasons.map((reason, index) => html`<li class="line" key=${index}>
      <span class="grow"><b>${reason.title}</b><small>${aboutReason(reason, currency)}</small></span>
      <b>${money(reason.counts_cents, currency)}</b></li>`)}</ul></section>`;
}

function aboutReason({ cost_cents: cost, share_cents: share, extra_cents: extra }, currency) {
  return [say("reason-cost", { amount: money(cost, currency) }), say("reason-share", { amount: money(share, currency) }),
    extra > 0 && say("reason-extra", { amount: money(extra, currency) })].filter(Boolean).join(" · ");
}
