import { taskCards } from "../../bot/notices/dunning-notices.ts";
import { dunningContextOf, taskLinksOf } from "../compose/dunning.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import { deriveLinkKey } from "../http/h5/link.ts";
import type { CliContext } from "./command.ts";

/** Dunning with the words and links of the server. */
export function dunningContextOfCli({ config, clock }: CliContext) {
  const [key] = fieldEncryptionKeys(config);
  if (key === undefined) throw new Error("no field encryption key");
  const deps = { config, clock, linkKey: deriveLinkKey(key) };
  return { dunning: dunningContextOf(deps), cards: taskCards(taskLinksOf(deps)) };
}
