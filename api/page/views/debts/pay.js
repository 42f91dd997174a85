/** Paying a debt by any rail: outside, from the wallet, or by a link of a provider; all of it or a part. */

import { html, useState } from "../../html.js";
import { readAmount } from "../../amounts.js";
import { post } from "../../api.js";
import { useRead } from "../../kept.js";
import { tell } from "../../notices.js";
import { FormDialog } from "../../parts/dialog.js";
import { AmountField } from "../../parts/fields.js";
import { Icon } from "../../parts/icons.js";
import { IN_CHAT, railOf, useMethods } from "../../parts/methods.js";
import { PhotoField, uploaded } from "../../parts/photo.js";
import { openOutside } from "../../telegram.js";
import { money, say } from "../../words.js";
import { debtChanged } from "./debt.js";
import { Snooze } from "./snooze.js";

/** This view will offer the rails of a debt that can be paid now. */
export function Pay({ debt }) {
  const [chosen, setChosen] = useState(null);
  const [isSnoozing, setSnoozing] = useState(false);
  const isPayable = ["created", "expired"].includes(debt.status);
  const methods = useMethods(isPayable ? debt.currency : null);
  if (!isPayable) return null;
  return html`<section aria-labelledby="pay"><h2 id="pay">${say("pay")}</h2>
    <${Requisites} debt=${debt} />
    <ul class="list">${methods.map((method) => html`<li key=${method.rail + (method.provider ?? "")}>
      <button type="button" class="line" onClick=${() => setChosen(method)}><span class="grow"><b>${titleOf(method)}</b>
        <small>${railOf(method)}</small></span><${Icon} name="forward" /></button></li>`)}</ul>
    <div class="row"><button type="button" class="button quiet" onClick=${() => setSnoozing(true)}>
      <${Icon} name="clock" />${say("snooze")}</button></div>
    ${chosen && html`<${PayForm} debt=${debt} method=${chosen} close=${() => setChosen(null)} />`}
    ${isSnoozing && html`<${Snooze} debt=${debt} close=${() => setSnoozing(false)} />`}
  </section>`;
}

function titleOf({ rail, title }) {
  return rail === "manual" ? say("i-paid") : rail === "wallet" ? say("from-wallet") : title;
}

/** Where the payee wants the money outside; a press copies it. */
function Requisites({ debt }) {
  const known = Object.entries(debt.requisites ?? {}).filter(([, text]) => text);
  if (!known.length) return null;
  const copy = (text) => navigator.clipboard?.writeText(text).then(() => tell(say("copied")), () => {});
  return html`<ul class="list" aria-label=${say("requisites-of", { name: debt.payee_name })}>${known.map(([kind, text]) =>
    html`<li key=${kind} class="line">
    <span class="grow"><small>${say(`requisite-${kind}`)}</small><b class="selectable">${text}</b></span>
    <button type="button" class="icon-button" aria-label=${say("copy-this", { text })} onClick=${() => copy(text)}><${Icon} name="copy" />
      </button></li>`)}</ul>`;
}

function PayForm({ debt, method, close }) {
  const pay = async (values) => {
    const cents = readAmount(values.get("amount"), debt.currency);
    const proof = await uploaded(values);
    const attempt = await post("/commands/pay", { intent_id: debt.id, rail: method.rail, ...(method.provider && { provider: method.provider }),
      ...(proof && { proof_id: proof }),
      ...(cents !== null && cents !== debt.left_cents && { amount_cents: cents }) });
    debtChanged(debt);
    if (attempt.confirmation_url) openOutside(attempt.confirmation_url);
    tell(say(method.provider === IN_CHAT ? "invoice-in-chat" : `paid-by-${method.rail}`, { name: debt.payee_name }));
  };
  return html`<${FormDialog} title=${titleOf(method)} close=${close} confirm=${say(`pay-by-${method.rail}`)} act=${pay}>
    ${method.rail === "wallet" && html`<${Balance} currency=${debt.currency} />`}
    <${AmountField} label=${say("how-much")} name="amount" required least=${1} currency=${debt.currency} cents=${debt.left_cents} autofocus />
    ${method.rail === "manual" && html`<${PhotoField} label=${say("proof-optional")} hint=${say("proof-hint", { name: debt.payee_name })} />
      <p class="soft">${say("manual-means", { name: debt.payee_name })}</p>`}
  <//>`;
}

function Balance({ currency }) {
  const { data } = useRead(`/accounts/balance?currency=${currency}`);
  return html`<p class="soft">${say("in-wallet", { amount: data ? money(data.balance_cents, currency) : "…" })}</p>`;
}
