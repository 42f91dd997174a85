/** Who paid a cost and who bears it: the part of a form that is about people. Whether it adds up, the server says. */

import { html, useState } from "../../html.js";
import { readAmount } from "../../amounts.js";
import { Unclear } from "../../parts/acting.js";
import { AmountField, Choice, Field } from "../../parts/fields.js";
import { person } from "../../session.js";
import { say } from "../../words.js";

const MODES = ["equal", "shares", "percent", "exact", "adjustment"];
const OF_MODE = { shares: "weights", percent: "percents", exact: "amounts_cents", adjustment: "adjustments_cents" };

/** This view will ask for payers and split; what most people mean is chosen already and folded away. */
export function Terms({ purchase }) {
  const [manyPay, setManyPay] = useState(false);
  const [mode, setMode] = useState("equal");
  const { participants, currency } = purchase;
  return html`
    <${Choice} label=${say("who-paid")} name="payers" value=${manyPay ? "many" : "one"} onChange=${(chosen) => setManyPay(chosen === "many")}
      options=${[["one", say("one-person")], ["many", say("several")]]} />
    ${manyPay ? participants.map(({ user_id: id, name }) => html`<${AmountField} key=${`paid-${id}`}
      label=${say("paid-of", { name })} name=${`paid-${id}`} currency=${currency} />`)
      : html`<${Field} as="select" label=${say("payer")} name="payer">${participants.map(({ user_id: id, name }) => html`<option key=${id} value=${id}
        selected=${id === person.value.id}>${id === person.value.id ? say("me", { name }) : name}</option>`)}<//>`}
    <${Field} as="select" label=${say("how-to-split")} name="mode" value=${mode} onChange=${(event) => setMode(event.target.value)}>
      ${MODES.map((one) => html`<option key=${one} value=${one}>${say(`split-${one}`)}</option>`)}<//>
    ${mode === "equal" ? html`<${Sharers} participants=${participants} />` : participants.map((one) =>
      html`<${Part} key=${`${mode}-${one.user_id}`} mode=${mode} of=${one} currency=${currency} />`)}`;
}

function Sharers({ participants }) {
  return html`<fieldset class="checks"><legend>${say("who-shares")}</legend>${participants.map(({ user_id: id, name }) => html`<label key=${id}>
    <input type="checkbox" name="sharer" value=${id} defaultChecked />${name}</label>`)}</fieldset>`;
}

function Part({ mode, of: { user_id: id, name }, currency }) {
  const field = { label: say(`part-of-${mode}`, { name }), name: `part-${id}` };
  if (mode === "exact") return html`<${AmountField} ...${field} currency=${currency} />`;
  if (mode === "adjustment") return html`<${AmountField} ...${field} currency=${currency} least=${-Infinity} />`;
  return html`<${Field} ...${field} inputmode="decimal" pattern=${mode === "shares" ? "\\d{1,6}" : "\\d{1,3}([.,]\\d{1,2})?"}
    defaultValue=${mode === "shares" ? "1" : ""} />`;
}

/** This function will return what the fields of `Terms` say, as the API takes it. */
export function readTerms(values, purchase, cost) {
  const ids = purchase.participants.map(({ user_id: id }) => id);
  return { payers: readPayers(values, ids, purchase.currency, cost), split: readSplit(values, ids, purchase.currency) };
}

function readPayers(values, ids, currency, cost) {
  if (values.get("payers") === "one") return [{ user_id: values.get("payer"), amount_cents: cost }];
  const paid = ids.map((id) => ({ user_id: id, amount_cents: readAmount(values.get(`paid-${id}`), currency) ?? 0 }));
  const payers = paid.filter(({ amount_cents: cents }) => cents !== 0);
  if (!payers.length) throw new Unclear(say("nobody-paid"));
  return payers;
}

function readSplit(values, ids, currency) {
  const mode = values.get("mode");
  if (mode === "equal") return { mode, user_ids: values.getAll("sharer") };
  const said = ids.map((id) => [id, readPart(mode, values.get(`part-${id}`), currency)]);
  const named = mode === "adjustment" ? said.map(([id, part]) => [id, part ?? 0]) : said.filter(([, part]) => part !== null && part !== 0);
  return { mode, [OF_MODE[mode]]: Object.fromEntries(named) };
}

/** Percentages are hundredths of a percent: 33,34 is 3334. */
function readPart(mode, written, currency) {
  if (mode === "exact" || mode === "adjustment") return readAmount(written, currency);
  const [whole, fraction = ""] = written.trim().split(/[.,]/);
  if (!whole) return null;
  return mode === "shares" ? Number(whole) : Number(whole + fraction.padEnd(2, "0"));
}
