import { inTransaction } from "../../db/transaction.ts";
import {
  assignVirtualNumber,
  endVirtualNumber,
  listVirtualNumbers,
  type VirtualNumber,
} from "../../usecases/reconciliation/virtual-numbers.ts";
import { actorOf } from "../actor.ts";
import { type Command, refused, requiredOption, textOption } from "../command.ts";

const lineOf = (one: VirtualNumber): string =>
  `${one.number} ${one.tenant} ${one.tenantName} ${one.entity} ${one.bankAccount} ${one.from ?? ""} 起${one.until === null ? "" : `，${one.until} 起停用`}`;

export const virtualAccountAssignCommand: Command = {
  name: "virtual-account assign",
  usage: "--tenant CODE --entity CODE --number DIGITS [--bank-account CODE] --as STAFF",
  summary: "给租户一个专属账号，转到这个号的款都是他的",
  options: {
    tenant: { type: "string" },
    entity: { type: "string" },
    number: { type: "string" },
    "bank-account": { type: "string" },
    as: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    requiredOption(options, "as");
    const result = await assignVirtualNumber(
      context.db,
      {
        tenant: requiredOption(options, "tenant"),
        entity: requiredOption(options, "entity"),
        number: requiredOption(options, "number"),
        bankAccount: textOption(options, "bank-account"),
      },
      await actorOf(context, options),
    );
    if (!result.ok) return refused({ code: result.code, message: result.message.zh });
    return { json: { assigned: result.assigned }, text: [lineOf(result.assigned)] };
  },
};

export const virtualAccountListCommand: Command = {
  name: "virtual-account list",
  usage: "[--tenant CODE]",
  summary: "列出专属账号，连同已停用的",
  options: { tenant: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const numbers = await inTransaction(context.db, (tx) => listVirtualNumbers(tx, textOption(options, "tenant")));
    return { json: { numbers }, text: numbers.map(lineOf) };
  },
};

export const virtualAccountEndCommand: Command = {
  name: "virtual-account end",
  usage: "<number> --as STAFF",
  summary: "停用一个专属账号；以后转到这个号的款挂待认领",
  options: { as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [number = ""], options) {
    requiredOption(options, "as");
    const result = await endVirtualNumber(context.db, number, await actorOf(context, options));
    if (!result.ok) return refused({ code: result.code, message: result.message.zh });
    return { json: { ended: result.assigned }, text: [lineOf(result.assigned)] };
  },
};
