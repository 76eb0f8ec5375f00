/** One way of saying one or more charges; earlier entries take their characters first. */
export interface ChargeWord {
  readonly pattern: string;
  readonly kinds: readonly string[];
}

const SHARED = "(?:公摊|分摊|公共|公用|共用|均摊)";

export const CHARGE_WORDS: readonly ChargeWord[] = [
  { pattern: "滞纳金|违约金|滞纳费|逾期费用?|逾期金|罚息|罚金|逾期利息|罚款|延期费|late ?fee", kinds: ["late-fee"] },
  { pattern: "(?:租赁|租房|履约|装修|房屋|合同|水电|物业)?(?:押金|保证金)", kinds: ["deposit"] },
  {
    pattern: `${SHARED}的?(?:那[个部]分?)?水电费?|水电费?的?(?:公摊|分摊)费?`,
    kinds: ["shared-water", "shared-electricity"],
  },
  {
    pattern: `${SHARED}的?(?:那[个部]分?)?(?:用电|电费|电)费?|电费?的?(?:公摊|分摊|均摊)费?|电梯(?:用)?电费?|走廊电费|公区(?:用)?电费?|公电费?`,
    kinds: ["shared-electricity"],
  },
  {
    pattern: `${SHARED}的?(?:那[个部]分?)?(?:用水|水费|水)费?|水费?的?(?:公摊|分摊|均摊)费?|公区(?:用)?水费?`,
    kinds: ["shared-water"],
  },
  { pattern: "公摊费用?|分摊费用?|公摊", kinds: ["shared-electricity"] },
  { pattern: "水电费?(?:气|煤)费?", kinds: ["water", "electricity", "gas"] },
  { pattern: "电水费?", kinds: ["electricity", "water"] },
  { pattern: "水电(?:费|表)?|水费?(?:和|跟|、|与|加)?电费", kinds: ["water", "electricity"] },
  {
    pattern:
      "物业管理费|物业服务费|物业费|物管费|管理费|(?<=连|和|加|跟|带|上)物业(?!公司|的人|说|讲|管家|经理|主任|服务|那)|物业(?=一起|一块儿?|各|□|账单?|单子|明细|多少|和|跟|、|及|水电|电费|水费|，?(?:房租|租金)|怎么(?:算|收|交|涨|这么|又)|欠|没交|交|$)",
    kinds: ["management"],
  },
  {
    pattern:
      "停车费|停车月卡费?|泊车费|车位(?:租金|费用?|管理费|租赁费)|停车位(?:租金|费用?)|车位(?=多少钱|的钱|钱)|停车(?=多少钱|的钱|钱|月租)|月卡费",
    kinds: ["parking"],
  },
  { pattern: "垃圾(?:清运|处理|清理|处置)?费|清运费|环卫费|卫生费|垃圾(?=钱|的钱)", kinds: ["waste"] },
  { pattern: "服务费|保洁费|空调费|网络费|宽带费|网费|增值费|空调使用费|中央空调费", kinds: ["service"] },
  { pattern: "其[他它](?:的)?(?:费用|费)|杂费|杂项费?", kinds: ["other"] },
  { pattern: "[燃煤]?气表|燃气费?|煤气费?|天然气费?|(?<![天脾生客语])气费", kinds: ["gas"] },
  {
    pattern:
      "房租|租金|厂租|铺租|店租|仓租|(?<!个)月租(?!期|户|约|客)金?|租费|厂房租金?|办公室租金?|房费|场租|(?<=交|欠|收|多少)租(?!客|户|赁|期)|(?<=付|的|欠|，|^)租(?=多少|没|和|跟|、|还|$|，|？)",
    kinds: ["rent"],
  },
  {
    pattern:
      "电费|用电费|耗电(?:量)?|(?<![闪充发打来回致座])电表|电(?:的)?(?:钱|款)|用电(?:量)?|电(?=是\\d|各|多少|和水|跟水|、水|用|怎么|单价|价)|(?<=多少|那么多|这么多)电(?!话|表)|几度电|度电|(?<![一-鿿])电(?=:?(?:\\d|[a-z]\\d?(?:座|栋|幢|-?\\d)))|(?<=[交付查的报表])电(?=$|，|？|\\d)",
    kinds: ["electricity"],
  },
  {
    pattern:
      "水费|用水费|水表|水(?:的)?(?:钱|款)|用水(?:量)?|自来水费?|水(?=是\\d|各|多少|和电|跟电|、电|用|怎么|单价|价)|(?<=多少|那么多|这么多)水|(?:吨|方)水|(?<![一-鿿])水(?=:?(?:\\d|[a-z]\\d?(?:座|栋|幢|-?\\d)))|(?<=[交付查的报表])水(?=$|，|？|\\d)",
    kinds: ["water"],
  },
];
