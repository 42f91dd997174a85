/** My debts: what I owe and what is owed to me. */

import { html } from "../../html.js";
import { useRead } from "../../kept.js";
import { Empty, Read } from "../../parts/reading.js";
import { money, say } from "../../words.js";
import { DebtLine } from "./debt_line.js";
import { Refunds } from "./refunds.js";

/** This view will list debts of both directions. */
export function Debts() {
  return html`<section><h1>${say("place-debts")}</h1>
    <${Side} role="payer" /><${Side} role="payee" /><${Refunds} /></section>`;
}

function Side({ role }) {
  const heading = `debts-${role}`;
  return html`<section aria-labelledby=${heading}><h2 id=${heading}>${say(heading)}</h2>
    <${Read} from=${useRead(`/intents?role=${role}&limit=100`)}>${({ items }) => (items.length
      ? html`<p class="totals">${totals(items).map(([currency, cents]) => html`<span key=${currency}>${money(cents, currency)}</span>`)}</p>
        <ul class="list">${items.map((debt) => html`<${DebtLine} key=${debt.id} debt=${debt} />`)}</ul>`
      : html`<${Empty} words=${say(`no-${heading}`)} />`)}<//></section>`;
}

function totals(debts) {
  const sums = {};
  for (const { currency, left_cents: left } of debts) sums[currency] = (sums[currency] ?? 0) + left;
  return Object.entries(sums);
}
