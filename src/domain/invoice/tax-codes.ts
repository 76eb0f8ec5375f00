import type { ChargeKind } from "../world/lease.ts";

/** How a kind of charge is named on an invoice: the short name between asterisks and the code of the tax classification. */
export interface TaxClass {
  readonly goodsName: string;
  /** 19 digits (税收分类编码); undefined: finance chooses it. */
  readonly code: string | undefined;
  /** Rent is invoiced under 特定要素 06 (不动产经营租赁服务): one line, with address and period. */
  readonly element: "none" | "immovable-lease";
}

/** reference/domain.md 4.3; the bureau in charge decides, so finance sees the code before the invoice is made. */
export const TAX_CLASSES: Readonly<Record<ChargeKind, TaxClass>> = {
  rent: { goodsName: "*经营租赁*房屋租金", code: "3040502029902000000", element: "immovable-lease" },
  management: { goodsName: "*企业管理服务*物业管理费", code: "3040801010000000000", element: "none" },
  electricity: { goodsName: "*供电*电费", code: "1100101020000000000", element: "none" },
  "shared-electricity": { goodsName: "*供电*公摊电费", code: "1100101020000000000", element: "none" },
  water: { goodsName: "*水冰雪*水费", code: "1100301010000000000", element: "none" },
  "shared-water": { goodsName: "*水冰雪*公摊水费", code: "1100301010000000000", element: "none" },
  gas: { goodsName: "燃气费", code: undefined, element: "none" },
  parking: { goodsName: "*经营租赁*车位租金", code: "3040502020200000000", element: "none" },
  waste: { goodsName: "垃圾处理费", code: undefined, element: "none" },
  service: { goodsName: "服务费", code: undefined, element: "none" },
  other: { goodsName: "其他费用", code: undefined, element: "none" },
};
