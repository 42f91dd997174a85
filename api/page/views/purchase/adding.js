/** Adding to the board: something to buy, or something that was paid already. */

import { html } from "../../html.js";
import { readAmount } from "../../amounts.js";
import { post } from "../../api.js";
import { FormDialog } from "../../parts/dialog.js";
import { AmountField, Field } from "../../parts/fields.js";
import { PhotoField, uploaded } from "../../parts/photo.js";
import { person } from "../../session.js";
import { eveningOf, say } from "../../words.js";
import { changed } from "./purchase.js";
import { Terms, readTerms } from "./terms.js";

/** This view will ask for something to buy. */
export function AddTask({ purchase, close }) {
  const add = async (values) => {
    const estimate = readAmount(values.get("estimate"), purchase.currency);
    const assignee = values.get("assignee");
    const due = values.get("due");
    await post(`/purchases/${purchase.id}/tasks`, {
      title: values.get("title").trim(), ...(estimate !== null && { estimate_cents: estimate }), ...(assignee && { assignee_id: assignee }),
      ...(due && { due_at: eveningOf(due) }),
    });
    changed(purchase.id);
  };
  return html`<${FormDialog} title=${say("add-task")} close=${close} confirm=${say("add")} act=${add}>
    <${Field} label=${say("what-to-buy")} name="title" required maxlength="100" autofocus />
    <${AmountField} label=${say("estimate-optional")} name="estimate" currency=${purchase.currency} />
    <${Field} as="select" label=${say("who-takes-it")} name="assignee"><option value="">${say("nobody-yet")}</option>
      ${purchase.participants.map(({ user_id: id, name }) => html`<option key=${id}
        value=${id}>${id === person.value.id ? say("me", { name }) : name}</option>`)}<//>
    <${Field} label=${say("due-optional")} name="due" type="date" />
  <//>`;
}

/** This view will ask for something that was paid already. */
export function AddSpending({ purchase, close }) {
  const add = async (values) => {
    const cost = readAmount(values.get("cost"), purchase.currency);
    const terms = readTerms(values, purchase, cost);
    const receipt = await uploaded(values);
    await post(`/purchases/${purchase.id}/spendings`, {
      title: values.get("title").trim(), cost_cents: cost, ...terms, ...(receipt && { receipt_id: receipt }),
    });
    changed(purchase.id);
  };
  return html`<${FormDialog} title=${say("i-paid-already")} close=${close} confirm=${say("add")} act=${add}>
    <${Field} label=${say("what-for")} name="title" required maxlength="100" autofocus />
    <${AmountField} label=${say("cost")} name="cost" required currency=${purchase.currency} />
    <${Terms} purchase=${purchase} /><${PhotoField} label=${say("receipt-optional")} hint=${say("receipt-hint")} />
  <//>`;
}
