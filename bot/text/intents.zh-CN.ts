import { WISH_NAMES } from "../../cards/wish-names.zh-CN.ts";
import type { Intent } from "../understanding/frame.ts";

/** What each intent is called, on its button and in sentences. */
export const INTENT_NAMES: Readonly<Record<Intent, string>> = WISH_NAMES;
