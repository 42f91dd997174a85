/** Money of a payment that goes back: what has, what is on its way, and giving back more; who organises asks the payee to. */

import { html, useState } from "../../html.js";
import { readAmount } from "../../amounts.js";
import { post } from "../../api.js";
import { tell } from "../../notices.js";
import { FormDialog } from "../../parts/dialog.js";
import { AmountField } from "../../parts/fields.js";
import { person } from "../../session.js";
import { money, say } from "../../words.js";
import { debtChanged } from "./debt.js";

const isMine = (payment) => payment.payee_id === person.value.id;

/** This view will say what of a payment went back, and what is asked for or on its way. */
export function GoneBack({ payment }) {
  const { refunded_cents: refunded, refund, currency, payee_name: name } = payment;
  const gone = refunded - (refund?.amount_cents ?? 0);
  const isRequested = refund?.status === "requested";
  const word = isRequested && !isMine(payment) ? "refund-is-asked" : `refund-is-${refund?.status}`;
  return html`${gone > 0 && html`<small>${say("given-back", { amount: money(gone, currency) })}</small>`}
    ${refund && html`<small role="status">${say(word, { name, amount: money(refund.amount_cents, currency) })}
      ${isRequested && isMine(payment) && html` <a href="#/debts">${say("to-answer")}</a>`}</small>`}`;
}

/** This view will let the payee of a payment give it back, and the organiser ask for that, all of it or a part. */
export function GiveBack({ payment }) {
  const [isAsking, setAsking] = useState(false);
  const { id, rail, amount_cents: cents, refunded_cents: refunded, refund, currency, payer_name: name, payee_name: payee } = payment;
  if (refund || refunded === cents) return null;
  const words = isMine(payment)
    ? { open: "give-back-money", sure: "give-back-sure", means: `give-back-means-${rail}`, confirm: "refund-agrees-yes", begun: `refund-begun-${rail}` }
    : { open: "ask-back", sure: "ask-back-sure", means: "ask-back-means", confirm: "ask-back-yes", begun: "ask-back-begun" };
  const giveBack = async (values) => {
    await post(`/attempts/${id}/refunds`, { amount_cents: readAmount(values.get("amount"), currency) });
    debtChanged(payment);
    tell(say(words.begun, { name, payee }));
  };
  return html`<button type="button" class="button quiet" onClick=${() => setAsking(true)}>${say(words.open)}</button>
    ${isAsking && html`<${FormDialog} title=${say(words.sure, { name, payee })} close=${() => setAsking(false)} confirm=${say(words.confirm)}
      act=${giveBack}>
      <${AmountField} label=${say("how-much")} name="amount" required least=${1} currency=${currency} cents=${cents - refunded} autofocus />
      <p class="soft">${say(words.means, { name, payee })}</p><//>`}`;
}
