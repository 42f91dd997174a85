/** Dialogs: a sheet from below on a phone, a card in the middle of a wide screen; Back and Escape close them. */

import { html, useEffect, useId, useRef } from "../html.js";
import { closers } from "../route.js";
import { say } from "../words.js";
import { Refusal, useActing } from "./acting.js";
import { Icon } from "./icons.js";

/** This view will show its children in a dialog until `close()` takes it away. */
export function Dialog({ title, close, children }) {
  const element = useRef(null);
  const heading = useId();
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    const opener = document.activeElement;
    const act = () => latest.current();
    element.current.showModal();
    closers.value = [...closers.value, act];
    return () => {
      closers.value = closers.value.filter((one) => one !== act);
      opener?.focus?.();
    };
  }, []);
  const closeOutside = (event) => event.target === element.current && close();
  return html`<dialog ref=${element} class="sheet" aria-labelledby=${heading} onClick=${closeOutside}
    onCancel=${(event) => { event.preventDefault(); close(); }}>
    <div class="sheet-body">
      <header class="sheet-head"><h2 id=${heading}>${title}</h2>
        <button type="button" class="icon-button" aria-label=${say("close")} onClick=${close}><${Icon} name="close" /></button>
      </header>
      ${children}
    </div>
  </dialog>`;
}

/**
 * This view will show a form in a dialog. `act(FormData)` does it and closes by itself when it is done; if it is not,
 * the reason stands above the button and everything typed stays.
 */
export function FormDialog({ title, close, confirm, look = "main", act, children }) {
  const { busy, refusal, run } = useActing();
  const submit = async (event) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    if (await run(() => act(values))) close();
  };
  return html`<${Dialog} title=${title} close=${close}>
    <form onSubmit=${submit}>
      ${children}
      <${Refusal} words=${refusal} />
      <button class=${`button wide ${look}`} aria-busy=${busy ? "true" : undefined}>${confirm}</button>
    </form>
  <//>`;
}
