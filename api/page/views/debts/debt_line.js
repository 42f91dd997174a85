/** One debt in a list: who owes whom, how much is left, how it stands. */

import { html } from "../../html.js";
import { Icon } from "../../parts/icons.js";
import { person } from "../../session.js";
import { day, money, say } from "../../words.js";

/** This view will draw a debt; who owes it or is owed it can open it. */
export function DebtLine({ debt }) {
  const { id, payer_id: payerId, payer_name: payer, payee_id: payeeId, payee_name: payee, currency, status, due_at: due } = debt;
  const isOver = ["succeeded", "refunded", "canceled"].includes(status);
  const isMine = [payerId, payeeId].includes(person.value.id);
  const about = [say(`debt-${status}`), !isOver && due && say("due", { date: day(due) }),
    !isOver && debt.paid_cents > 0 && say("of-amount", { amount: money(debt.amount_cents, currency) })].filter(Boolean).join(" · ");
  const body = html`<span class="grow"><b>${say("owes", { payer, payee })}</b>
    <small class=${status === "expired" ? "bad" : ""}>${about}</small></span>
    <b class=${isOver ? "soft" : ""}>${money(isOver ? debt.amount_cents : debt.left_cents, currency)}</b>`;
  return html`<li>${isMine ? html`<a class="line" href=${`#/debts/${id}`}>${body}<${Icon} name="forward" /></a>`
    : html`<div class="line">${body}</div>`}</li>`;
}
