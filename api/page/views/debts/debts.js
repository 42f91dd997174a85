/** My debts: what I owe and what is owed to me. */

import { html } from "../../html.js";
import { Paged } from "../../parts/paged.js";
import { Empty } from "../../parts/reading.js";
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
    <${Paged} path=${`/intents?role=${role}`}>${(items, { sums }) => (items.length
      ? html`<p class="totals">${sums.map(({ currency, i_owe_cents: owe, owed_to_me_cents: owed }) =>
        html`<span key=${currency}>${money(role === "payer" ? owe : owed, currency)}</span>`)}</p>
        <ul class="list">${items.map((debt) => html`<${DebtLine} key=${debt.id} debt=${debt} />`)}</ul>`
      : html`<${Empty} words=${say(`no-${heading}`)} />`)}<//></section>`;
}
