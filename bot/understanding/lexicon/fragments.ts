/** Parts of patterns that several cues share. All read the normalised text: simplified, lower case, 缴 as 交. */

/** Anything one pays for. */
export const FEE =
  "(?:房租|租金|厂租|月租|物业管理费|物业费|物业(?!公司|真|的|你们|服务|态度|人|电话|太|怎么)|管理费|水电费|水电|电费|水费|公摊费?|停车费|车位费|垃圾费|服务费|空调费|燃气费|煤气费|滞纳金|违约金|清运费|卫生费|保洁费|网费|费用|费|钱|款|账)";
export const BILL =
  "(?:账单|交费单|费用单|收费单|催款单|催费单|通知单|交费通知|收费通知|单子|账(?![号户期龄面上套本务])|清单|费用明细|水电单|电费单|水费单|租金单)";
export const HOW_MUCH = "(?:多少|几块|几千|几百|总共|一共|合计|总额|总计|总数)";
export const SHOW =
  "(?:查|看|调出|发我|发给我|给我|发一下|发下|发个|发来|了解|想知道|告诉|核对|列|打开|显示|有哪些|在哪|拉)";
/** Paying, said as a verb. */
export const PAY = "(?:交|付|支付|付款|交费|结|还|打款|清)";
/** The things a payment verb turns into that are not paying now. */
export const PAY_VERB =
  "(?<![没未已别不催成外提对打社欢公立补预多重托叫代自动待应])(?:支付|付款|付清|付掉|付|交纳|交清|交掉|(?<!上)交(?![易流通接往替叉换错警织]|给我)|结清|结掉|结账|结算|结(?=一下|一结|下|个|了|$|吧)|还清|还款|还钱|给钱|买单)(?!过|的|到|期|记录|情况|凭证|成功|截止|历史|通知|单|日|时间|截图|宝|给谁|密码|押金)";
export const TRANSFER =
  "(?:转账|汇款|打款|转(?!人|接|告|发|租|让|开)|汇(?!总|报)|打(?!印|电话|扰|不开|折|水|算|包|开|官|过电话|了电话|个电话|不通))";
export const WHEN = "(?:什么时候|多久|几天|哪天|哪日|几号|何时|要等|多长时间|几个工作日|哪个月)";
/** Money taken back. */
export const REFUND_THING = "(?:退款|退费|退的?钱|退押金|退保证金|退租金)";
