/** A task is done: what it cost, who paid, and who shares it how. */

import { html } from "../../html.js";
import { readAmount } from "../../amounts.js";
import { post } from "../../api.js";
import { FormDialog } from "../../parts/dialog.js";
import { AmountField } from "../../parts/fields.js";
import { PhotoField, uploaded } from "../../parts/photo.js";
import { say } from "../../words.js";
import { changed } from "./purchase.js";
import { Terms, readTerms } from "./terms.js";

/** This view will ask what a task cost and record it. */
export function FinishTask({ purchase, task, close }) {
  const finish = async (values) => {
    const cost = readAmount(values.get("cost"), purchase.currency);
    const terms = readTerms(values, purchase, cost);
    const receipt = await uploaded(values);
    await post(`/purchases/${purchase.id}/tasks/${task.id}/done`, { cost_cents: cost, ...terms, ...(receipt && { receipt_id: receipt }) });
    changed(purchase.id);
  };
  return html`<${FormDialog} title=${task.title} close=${close} confirm=${say("finish")} act=${finish}>
    <${AmountField} label=${say("cost")} name="cost" required currency=${purchase.currency} cents=${task.estimate_cents} autofocus />
    <${Terms} purchase=${purchase} /><${PhotoField} label=${say("receipt-optional")} hint=${say("receipt-hint")} />
  <//>`;
}
