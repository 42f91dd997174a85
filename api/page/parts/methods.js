/** The ways to pay in a currency that this person can use. */

import { useRead } from "../kept.js";
import { say } from "../words.js";

/** The provider whose invoice comes into the person's chat with the bot instead of a link. */
export const IN_CHAT = "telegram";

/** This hook will return the methods of a currency, none before they are known; null: nothing is read. */
export function useMethods(currency) {
  const { data } = useRead(currency && `/payment-methods?currency=${currency}`);
  const { data: me } = useRead(currency && "/me");
  const hasChat = me?.identities.some(({ provider }) => provider === "telegram");
  return (data?.items ?? []).filter(({ provider }) => provider !== IN_CHAT || hasChat);
}

/** This function will say how the person's money goes by a method. */
export function railOf({ rail, provider }) {
  return say(provider === IN_CHAT ? "rail-in-chat" : `rail-${rail}`);
}

/** This function will say how somebody's money went by an attempt. */
export function wentBy({ rail, provider }) {
  return say(provider === IN_CHAT ? "went-in-chat" : `went-${rail}`);
}
