/** Fields of forms: each with its label, what it is for, and what is wrong with it. */

import { html, useId } from "../html.js";
import { readAmount } from "../amounts.js";
import { exponentOf, say, typed } from "../words.js";

const NOT_BLANK = ".*\\S.*";

/** This view will draw an input with its label; further props are the input's own. */
export function Field({ label, hint, as = "input", children, ...input }) {
  const name = useId();
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <${as} id=${name} aria-describedby=${hint ? `${name}-hint` : undefined} autocomplete="off"
      pattern=${as === "input" && input.required && !input.type ? NOT_BLANK : undefined} ...${input}>${children}<//>
    ${hint && html`<small id=${`${name}-hint`}>${hint}</small>`}
  </div>`;
}

/** This view will draw a field for an amount; what is none of the currency, or less than `least`, is refused while it is typed. */
export function AmountField({ currency, cents, least = 0, ...field }) {
  const check = ({ target }) => {
    const read = readAmount(target.value, currency);
    target.setCustomValidity(Number.isNaN(read) ? say("wrong-amount") : read !== null && read < least ? say("too-little") : "");
  };
  return html`<${Field} inputmode=${exponentOf(currency) ? "decimal" : "numeric"} onInput=${check} placeholder=${`0 ${currency}`}
    defaultValue=${cents === null || cents === undefined ? "" : typed(cents, currency)} ...${field} />`;
}

/** This view will draw a choice of a few as one row of radio buttons; `options` are [value, label]. */
export function Choice({ label, name, options, value, onChange }) {
  return html`<fieldset class="choice"><legend>${label}</legend>
    <div class="segments">${options.map(([option, words]) => html`<label key=${option}>
      <input type="radio" name=${name} value=${option} checked=${option === value} onChange=${() => onChange?.(option)} />
      <span>${words}</span></label>`)}</div>
  </fieldset>`;
}

/** This view will draw a switch. */
export function Switch({ label, hint, checked, onChange, name }) {
  return html`<label class="switch"><span>${label}${hint && html`<small>${hint}</small>`}</span>
    <input type="checkbox" role="switch" name=${name} checked=${checked} onChange=${(event) => onChange?.(event.target.checked)} />
  </label>`;
}
