/** Asking once more before something that is not taken back; the browser's own question is not shown inside frames. */

import { html, signal } from "../html.js";
import { say } from "../words.js";
import { Dialog } from "./dialog.js";

const question = signal(null);

/** This function will ask, and return a promise of whether the person is sure. */
export function sure({ title, words, confirm, look = "danger" }) {
  return new Promise((answer) => { question.value = { title, words, confirm, look, answer }; });
}

/** This view will show the question that is asked, if one is. */
export function Sure() {
  if (!question.value) return null;
  const { title, words, confirm, look, answer } = question.value;
  const settle = (isSure) => {
    question.value = null;
    answer(isSure);
  };
  return html`<${Dialog} title=${title} close=${() => settle(false)}>
    ${words && html`<p>${words}</p>`}
    <div class="row end"><button type="button" class="button" onClick=${() => settle(false)}>${say("cancel")}</button>
      <button type="button" class=${`button ${look}`} onClick=${() => settle(true)}>${confirm}</button></div>
  <//>`;
}
