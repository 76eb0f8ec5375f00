import { taskCards } from "../../bot/notices/dunning-notices.ts";
import { dunningContextOf } from "../compose/dunning.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import { deriveLinkKey } from "../http/h5/link.ts";
import type { CliContext } from "./command.ts";

/** Dunning with the words and links of the server. */
export function dunningContextOfCli({ config, clock }: CliContext) {
  const [key] = fieldEncryptionKeys(config);
  if (key === undefined) throw new Error("no field encryption key");
  return { dunning: dunningContextOf({ config, clock, linkKey: deriveLinkKey(key) }), cards: taskCards() };
}
