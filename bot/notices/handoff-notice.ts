import { type Card, textCard } from "../../cards/card.ts";
import { SAY } from "../text/zh-CN.ts";

/** Tells a steward that somebody of a tenant waits for a person. */
export const handoffNotice = (personName: string, tenantName: string): Card =>
  textCard(SAY.handoffNotice(personName, tenantName));
