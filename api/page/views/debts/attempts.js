/** What was tried to pay a debt, and what its two people can say about it. */

import { html, useState } from "../../html.js";
import { readAmount } from "../../amounts.js";
import { post } from "../../api.js";
import { tell } from "../../notices.js";
import { ActButton } from "../../parts/acting.js";
import { FormDialog } from "../../parts/dialog.js";
import { AmountField } from "../../parts/fields.js";
import { railOf } from "../../parts/methods.js";
import { PhotoButton } from "../../parts/photo.js";
import { person } from "../../session.js";
import { moment, money, say } from "../../words.js";
import { debtChanged } from "./debt.js";

const OPEN = ["created", "pending_confirmation"];

/** This view will list the attempts of a debt, the newest first. */
export function Attempts({ debt }) {
  const attempts = debt.attempts ?? [];
  if (!attempts.length) return null;
  const newest = [...attempts].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  return html`<section aria-labelledby="attempts"><h2 id="attempts">${say("attempts")}</h2>
    <ul class="list">${newest.map((attempt) => html`<${Attempt} key=${attempt.id} attempt=${attempt} debt=${debt} />`)}</ul></section>`;
}

function Attempt({ attempt, debt }) {
  const { status, amount_cents: cents, refunded_cents: refunded, refund, currency, created_at: at, failure_text: why } = attempt;
  const isOpen = OPEN.includes(status);
  const gone = refunded - (refund?.amount_cents ?? 0);
  return html`<li class="line"><span class="grow"><b>${money(cents, currency)}</b>
      ${gone > 0 && html`<small>${say("given-back", { amount: money(gone, currency) })}</small>`}
      ${refund && html`<small role="status">${say(`refund-is-${refund.status}`, { amount: money(refund.amount_cents, currency) })}</small>`}
      <small>${[railOf(attempt), moment(at)].join(" · ")}</small>
      <small role="status" class=${status === "failed" ? "bad" : ""}>${say(`attempt-${status}`)}</small>${why && html`<small>${why}</small>`}
      ${attempt.proof_url && html`<${PhotoButton} look="quiet" url=${attempt.proof_url}
        title=${say("proof-of", { amount: money(cents, currency) })}>${say("proof")}<//>`}</span>
    ${isOpen && html`<${Answers} attempt=${attempt} debt=${debt} />`}
    ${status === "succeeded" && !refund && refunded < cents && debt.payee_id === person.value.id && html`<${GiveBack} attempt=${attempt} debt=${debt} />`}</li>`;
}

function Answers({ attempt, debt }) {
  const act = (word) => async () => {
    await post(`/attempts/${attempt.id}/${word}`);
    debtChanged(debt);
  };
  const isPayer = debt.payer_id === person.value.id;
  if (attempt.rail === "manual" && !isPayer) return html`<${ActButton} act=${act("dispute")}>${say("not-received")}<//><${ActButton}
    look="main" act=${act("confirm")}>${say("received")}<//>`;
  if (attempt.rail === "manual") return html`<${ActButton} act=${act("withdraw")}>${say("withdraw-claim")}<//>`;
  if (attempt.rail === "provider" && isPayer) {
    return html`<${ActButton} act=${act("cancel")}>${say("cancel")}<//>
      ${attempt.confirmation_url && html`<a class="button main" href=${attempt.confirmation_url} target="_blank" rel="noopener noreferrer">${say("to-payment")}</a>`}`;
  }
  return null;
}

function GiveBack({ attempt, debt }) {
  const [isAsking, setAsking] = useState(false);
  const { id, rail, amount_cents: cents, refunded_cents: refunded, currency } = attempt;
  const name = debt.payer_name;
  const giveBack = async (values) => {
    await post(`/attempts/${id}/refunds`, { amount_cents: readAmount(values.get("amount"), currency) });
    debtChanged(debt);
    tell(say(`refund-begun-${rail}`, { name }));
  };
  return html`<button type="button" class="button quiet" onClick=${() => setAsking(true)}>${say("give-back-money")}</button>
    ${isAsking && html`<${FormDialog} title=${say("give-back-sure", { name })} close=${() => setAsking(false)} confirm=${say("refund-agrees-yes")}
      act=${giveBack}>
      <${AmountField} label=${say("how-much")} name="amount" required least=${1} currency=${currency} cents=${cents - refunded} autofocus />
      <p class="soft">${say(`give-back-means-${rail}`, { name })}</p><//>`}`;
}
