/** What everybody owes: a preview while things are bought, the debts once the shares are locked; locking, unlocking, closing. */

import { html, useState } from "../../html.js";
import { post } from "../../api.js";
import { useRead } from "../../kept.js";
import { ActButton } from "../../parts/acting.js";
import { FormDialog } from "../../parts/dialog.js";
import { Choice } from "../../parts/fields.js";
import { namesIn } from "../../parts/people.js";
import { Picture } from "../../parts/picture.js";
import { Empty, Read } from "../../parts/reading.js";
import { sure } from "../../parts/sure.js";
import { person } from "../../session.js";
import { money, say } from "../../words.js";
import { DebtLine } from "../debts/debt_line.js";
import { Payments } from "./payments.js";
import { changed } from "./purchase.js";

/** This view will show who owes whom in a purchase. */
export function Sums({ purchase }) {
  return purchase.status === "active" ? html`<${Preview} purchase=${purchase} />` : html`<${Fixed} purchase=${purchase} />`;
}

function Preview({ purchase }) {
  const [strategy, setStrategy] = useState("accruals");
  const [isLocking, setLocking] = useState(false);
  const names = namesIn(purchase);
  return html`<${Read} from=${useRead(`/purchases/${purchase.id}/distribution`)}>${(preview) => {
    const debts = preview[strategy].map((one) => ({ ...one, payer: names[one.payer_id] ?? "—", payee: names[one.payee_id] ?? "—" }));
    return html`<section aria-labelledby="who-owes">
      <h2 id="who-owes">${say("who-would-owe")}</h2>
      <${Choice} label=${say("strategy")} name="strategy" value=${strategy} onChange=${setStrategy}
        options=${["accruals", "minimal"].map((one) => [one, say(`strategy-${one}`, { count: preview[one].length })])} />
      ${debts.length ? html`<${Picture} debts=${debts} currency=${purchase.currency} />
        <ul class="list">${debts.map((one) => html`<li class="line" key=${one.payer_id + one.payee_id}>
          <span class="grow">${say("owes", one)}</span><b>${money(one.amount_cents, purchase.currency)}</b></li>`)}</ul>`
        : html`<${Empty} words=${say("nobody-owes-yet")} />`}
      ${purchase.may.lock ? html`<div class="row"><button type="button" class="button main"
        onClick=${() => setLocking(true)}>${say("lock")}</button></div>`
        : purchase.owner_id !== person.value.id && html`<p class="soft">${say("organizer-locks", { name: names[purchase.owner_id] ?? "—" })}</p>`}
      ${isLocking && html`<${Lock} purchase=${purchase} preview=${preview} strategy=${strategy} close=${() => setLocking(false)} />`}
    </section>`;
  }}<//>`;
}

/** What the person reads here is what they agree to: the server refuses it if it has changed since. */
function Lock({ purchase, preview: newest, strategy, close }) {
  const [{ preview, unfinished }] = useState({ preview: newest, unfinished: purchase.tasks.filter(({ id }) => newest.unfinished.includes(id)) });
  const lock = async (values) => {
    await post(`/purchases/${purchase.id}/lock-distribution`, {
      strategy, version: preview.version, ...(preview.unfinished.length > 0 && { drop_unfinished: values.has("drop") }),
    });
    changed(purchase.id);
  };
  return html`<${FormDialog} title=${say("lock-sure")} close=${close} confirm=${say("lock")} act=${lock}>
    <p>${say("lock-means", { count: preview[strategy].length, amount: money(preview.total_cents, purchase.currency) })}</p>
    ${unfinished.length > 0 && html`<label class="check">
      <input type="checkbox" name="drop" required />${say("drop-unfinished", { titles: unfinished.map(({ title }) => title).join(", ") })}</label>`}
  <//>`;
}

function Fixed({ purchase }) {
  const debts = purchase.intents.filter(({ status }) => status !== "canceled");
  const shown = debts.map((one) => ({ payer: one.payer_name, payee: one.payee_name, amount_cents: one.amount_cents }));
  const { may } = purchase;
  const doing = (word, look) => async () => {
    if (!(await sure({ title: say(`${word}-sure`), words: say(`${word}-means`), confirm: say(word), look }))) return;
    await post(`/purchases/${purchase.id}/${word}`);
    changed(purchase.id);
  };
  return html`<section aria-labelledby="who-owes">
    <h2 id="who-owes">${say("who-owes")}</h2>
    <${Picture} debts=${shown} currency=${purchase.currency} />
    ${debts.length ? html`<ul class="list">${debts.map((debt) => html`<${DebtLine} key=${debt.id} debt=${debt} />`)}</ul>`
      : html`<${Empty} words=${say("nobody-owes")} />`}
    <div class="row">
      ${may.close && html`<${ActButton} look="main" act=${doing("close", "main")}>${say("close-purchase")}<//>`}
      ${may.unlock && html`<${ActButton} act=${doing("unlock", "danger")}>${say("unlock")}<//>`}</div>
  </section>
  ${purchase.participants.some(({ user_id: id }) => id === person.value.id) && html`<${Payments} purchase=${purchase} />`}`;
}
