/** What was tried to pay a debt, and what its two people can say about it. */

import { html } from "../../html.js";
import { post } from "../../api.js";
import { ActButton } from "../../parts/acting.js";
import { wentBy } from "../../parts/methods.js";
import { PhotoButton } from "../../parts/photo.js";
import { person } from "../../session.js";
import { moment, money, say } from "../../words.js";
import { debtChanged } from "./debt.js";
import { GiveBack, GoneBack } from "./give_back.js";

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
  const { status, amount_cents: cents, currency, created_at: at, failure_text: why } = attempt;
  const payment = { ...debt, ...attempt };
  const isOpen = OPEN.includes(status);
  return html`<li class="line"><span class="grow"><b>${money(cents, currency)}</b>
      <${GoneBack} payment=${payment} /><small>${[wentBy(attempt), moment(at)].join(" · ")}</small>
      <small role="status" class=${status === "failed" ? "bad" : ""}>${say(`attempt-${status}`)}</small>${why && html`<small>${why}</small>`}
      ${attempt.proof_url && html`<${PhotoButton} look="quiet" url=${attempt.proof_url}
        title=${say("proof-of", { amount: money(cents, currency) })} label=${say("proof-of", { amount: money(cents, currency) })}>${say("proof")}<//>`}</span>
    ${isOpen && html`<${Answers} attempt=${attempt} debt=${debt} />`}
    ${status === "succeeded" && debt.payee_id === person.value.id && html`<${GiveBack} payment=${payment} />`}</li>`;
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
