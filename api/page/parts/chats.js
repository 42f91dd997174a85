/** The group chats of the person. */

import { useRead } from "../kept.js";

/** Where they are read. */
export const CHATS = "/chats?limit=100";

/** This hook will return the chats, none before they are known. */
export function useChats() {
  return useRead(CHATS).data?.items ?? [];
}
