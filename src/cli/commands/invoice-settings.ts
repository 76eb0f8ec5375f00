import { inTransaction } from "../../db/transaction.ts";
import { formatYuan, parseYuan, toJsonInteger } from "../../domain/money/fen.ts";
import {
  type InvoiceSetting,
  setBuildingCertificate,
  setInvoiceSetting,
} from "../../usecases/invoices/invoice-settings.ts";
import { actorOf } from "../actor.ts";
import {
  type Command,
  type OptionValues,
  readOption,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";

export const invoiceSettingCommand: Command = {
  name: "invoice setting",
  usage:
    "--entity CODE [--monthly-limit YUAN|none] [--special-needs-bank yes|no] [--refund-waits yes|no] [--provider manual|nuonuo] [--drawer 开票员|none] [--extension 分机号|none] [--as STAFF]",
  summary: "查看或修改一个主体的开票规则：月开票额度、专票是否要银行资料、退款是否先等红票、由谁开票",
  options: {
    entity: { type: "string" },
    "monthly-limit": { type: "string" },
    "special-needs-bank": { type: "string" },
    "refund-waits": { type: "string" },
    provider: { type: "string" },
    drawer: { type: "string" },
    extension: { type: "string" },
    as: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const entity = requiredOption(options, "entity");
    const limit = textOption(options, "monthly-limit");
    const specialNeedsBank = yesOrNo(options, "special-needs-bank");
    const refundWaitsForRedLetter = yesOrNo(options, "refund-waits");
    const monthlyLimitFen =
      limit === undefined || limit === "none" ? undefined : readOption("--monthly-limit", limit, parseYuan);
    if (monthlyLimitFen !== undefined && monthlyLimitFen <= 0n)
      throw new UsageError("--monthly-limit 要大于 0，或写 none");
    const provider = textOption(options, "provider");
    if (provider !== undefined && !PROVIDERS.includes(provider)) {
      throw new UsageError(`--provider 只能是 ${PROVIDERS.join("、")}`);
    }
    const drawer = textOption(options, "drawer");
    const extension = textOption(options, "extension");
    if (extension !== undefined && extension !== "none" && !/^\d{1,5}$/.test(extension)) {
      throw new UsageError("--extension 是1到5位数字，或写 none");
    }
    const given = [limit, specialNeedsBank, refundWaitsForRedLetter, provider, drawer, extension];
    const changes = given.every((value) => value === undefined)
      ? undefined
      : {
          ...(limit === undefined ? {} : { monthlyLimitFen }),
          specialNeedsBank,
          refundWaitsForRedLetter,
          provider,
          ...(drawer === undefined ? {} : { drawer: orNone(drawer) }),
          ...(extension === undefined ? {} : { extensionNumber: orNone(extension) }),
        };
    const actor = await actorOf(context, options);
    const result = await inTransaction(context.db, (tx) => setInvoiceSetting(tx, entity, changes, actor));
    if (!result.ok) return refused({ code: result.code, message: result.message.zh });
    const { setting } = result;
    const fen = setting.monthlyLimitFen;
    return {
      json: {
        entity,
        ...setting,
        monthlyLimitFen: fen === undefined ? null : toJsonInteger(fen),
        drawer: setting.drawer ?? null,
        extensionNumber: setting.extensionNumber ?? null,
      },
      text: [
        `${entity} 月开票额度 ${fen === undefined ? "不限" : formatYuan(fen)}，专票${setting.specialNeedsBank ? "要" : "不要"}银行资料，退款${setting.refundWaitsForRedLetter ? "先等红票" : "不等红票"}，${howMade(setting)}`,
      ],
    };
  },
};

/** The providers that src/compose/invoice-orders.ts ties, and by hand. */
const PROVIDERS: readonly string[] = ["manual", "nuonuo"];

const orNone = (text: string): string | undefined => (text === "none" ? undefined : text);

const howMade = ({ provider, drawer, extensionNumber }: InvoiceSetting): string =>
  provider === "manual"
    ? "手工开票"
    : [
        `由 ${provider} 自动开票`,
        ...(drawer === undefined ? [] : [`开票员 ${drawer}`]),
        ...(extensionNumber === undefined ? [] : [`分机号 ${extensionNumber}`]),
      ].join("，");

export const invoiceCertificateCommand: Command = {
  name: "invoice certificate",
  usage:
    "--project CODE --building CODE [--region 省市区 --address TEXT --number 产权证号 [--cross-city yes|no]] [--as STAFF]",
  summary: "查看或登记楼栋的产权证，租金发票的不动产经营租赁信息从这里来",
  options: {
    project: { type: "string" },
    building: { type: "string" },
    region: { type: "string" },
    address: { type: "string" },
    number: { type: "string" },
    "cross-city": { type: "string" },
    as: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const place = { project: requiredOption(options, "project"), building: requiredOption(options, "building") };
    const [region, address, certificateNo] = ["region", "address", "number"].map((name) =>
      textOption(options, name)?.trim(),
    );
    const crossCity = yesOrNo(options, "cross-city");
    const certificate = [region, address, certificateNo, crossCity].every((value) => value === undefined)
      ? undefined
      : {
          region: region ?? "",
          address: address ?? "",
          certificateNo: certificateNo ?? "",
          crossCity: crossCity ?? false,
        };
    const actor = await actorOf(context, options);
    const result = await inTransaction(context.db, (tx) => setBuildingCertificate(tx, place, certificate, actor));
    if (!result.ok) return refused({ code: result.code, message: result.message.zh });
    const stored = result.certificate;
    return {
      json: { ...place, certificate: stored ?? null },
      text: [
        stored === undefined
          ? `${place.project} ${place.building} 还没有登记产权证`
          : `${place.project} ${place.building} ${stored.region} ${stored.address}，产权证号 ${stored.certificateNo}${stored.crossCity ? "，跨地市" : ""}`,
      ],
    };
  },
};

function yesOrNo(options: OptionValues, name: string): boolean | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  if (value !== "yes" && value !== "no") throw new UsageError(`--${name} 只能是 yes、no`);
  return value === "yes";
}
