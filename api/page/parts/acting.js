/** Doing something at the server: busy while it is done, and the refusal in the person's language if it is not. */

import { html, useEffect, useRef, useState } from "../html.js";
import { Refused, Unreachable } from "../api.js";
import { tell } from "../notices.js";
import { say } from "../words.js";

/** What a person wrote cannot be sent yet; the message says why. */
export class Unclear extends Error {}

/** This function will return what to tell a person of an error. */
export function wordsOf(error) {
  if (error instanceof Unclear || (error instanceof Refused && error.message)) return error.message;
  if (error instanceof Unreachable) return say("unreachable");
  return say("broken");
}

/**
 * This hook will return `{busy, refusal, run}`; `run(act)` awaits `act()` unless something is being done already, and
 * returns whether it was done and is still shown. Where the component is gone by then, a refusal is told in passing. Other errors than the
 * API's are ours, and go to the console too.
 */
export function useActing() {
  const [state, setState] = useState({ busy: false, refusal: null });
  const isBusy = useRef(false);
  const isShown = useRef(true);
  useEffect(() => () => { isShown.current = false; }, []);
  const run = async (act) => {
    if (isBusy.current) return false;
    isBusy.current = true;
    setState({ busy: true, refusal: null });
    let refusal = null;
    try {
      await act();
    } catch (error) {
      if (isOurs(error)) console.error(error);
      refusal = wordsOf(error);
    }
    isBusy.current = false;
    if (isShown.current) setState({ busy: false, refusal });
    else if (refusal) tell(refusal);
    return isShown.current && refusal === null;
  };
  return { ...state, run };
}

/** A bug of ours belongs into the console as well. */
function isOurs(error) {
  return ![Refused, Unreachable, Unclear].some((kind) => error instanceof kind);
}

/** This view will say why something was not done. */
export function Refusal({ words }) {
  const element = useRef(null);
  useEffect(() => element.current?.scrollIntoView({ block: "center" }), [words]);
  return words && html`<p ref=${element} class="refusal" role="alert">${words}</p>`;
}

/** This view will draw a button that does something; why it was not done is told in passing. */
export function ActButton({ act, look = "", label, children, disabled, ...more }) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await act();
    } catch (error) {
      if (isOurs(error)) console.error(error);
      tell(wordsOf(error));
    }
    setBusy(false);
  };
  return html`<button type="button" class=${`button ${look}`} aria-label=${label} aria-busy=${busy ? "true" : undefined}
    disabled=${disabled} onClick=${press} ...${more}>${children}</button>`;
}
