/** Parts of patterns that several cues share. All read the normalised text: simplified, lower case, 缴 as 交. */

/** Anything one pays for. */
export const FEE =
  "(?:房租|租金|厂租|月租|物业管理费|物业费|物业|管理费|水电费|水电|电费|水费|公摊费?|停车费|车位费|垃圾费|服务费|空调费|燃气费|煤气费|滞纳金|违约金|清运费|卫生费|费用|费|钱|款|账)";
export const BILL =
  "(?:账单|交费单|费用单|收费单|催款单|催费单|通知单|交费通知|收费通知|单子|账(?![号户期龄面上套本务])|清单|费用明细)";
export const HOW_MUCH = "(?:多少|几块|总共|一共|合计|总额|总计)";
export const SHOW = "(?:查|看|调出|发我|发给我|给我|发一下|发下|发个|了解|想知道|告诉|核对|列|打开|显示|有哪些|在哪)";
/** A question whether something has happened. */
export const YET = "(?:了?没(?:有)?|了?吗|了?么|了?不|没呢|了？|没？)(?:$|，|？|呢|啊|到)";
export const PAY = "(?:交|付|支付|付款|交费|结|还|打款)";
export const TRANSFER = "(?:转账|汇款|打款|转|汇|打(?!印|电话|扰|不开|折|水|算|包|开))";
export const WANT = "(?:我?(?:要|想|需要|想要|打算|得|可以|能|能不能|可不可以|能否|麻烦|帮我|请|给我|申请|办理?|来))";
export const WHEN = "(?:什么时候|多久|几天|哪天|几号|何时|要等|多长时间|几个工作日)";
