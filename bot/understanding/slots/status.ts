const OVERDUE = /逾期|(?<!(?:链接|连接|码|页面)[^，]{0,8}，?)过期|超期|过了(?:交费|付款|最后|截止)?(?:期限|日期)|拖欠/;
const UNPAID =
  /(?<!不)欠|还差(?!别|距)|(?<!相|时)差(?:着|你们|贵司|物业)|没(?:有)?(?:交|付|结|给|还清|支付|付款|处理)|未(?:交|付|结|支付|清|处理)|待(?:交|付|支付|结)|还(?:有|剩|差)(?:多少|几)(?!应|要|需)|还该(?:着|了)?(?:你们|你|贵司|物业|多少|几)|还(?:没|未)(?=交|付|结|给|清|还)/;
const PAID =
  /已(?:经)?(?:交|付|结|支付|结清|付清|交清)|(?<!没|未)(?:交|付)(?:过|完|掉|清)了?的|(?<!没|未|没有)结清(?:了)?的|(?:交|付)了的|付过的|交过的/;

/** Whether open, overdue or settled bills are meant. */
export function findStatus(plain: string): "unpaid" | "overdue" | "paid" | undefined {
  if (OVERDUE.test(plain)) return "overdue";
  if (PAID.test(plain)) return "paid";
  if (UNPAID.test(plain)) return "unpaid";
  return undefined;
}
