/**
 * Words as they are typed, dictated or said in dialect, by the word that is meant. Applied after 繁→简 and lower-casing,
 * longest first. No written form may occur inside a correct word of this trade, so doubtful ones are left out
 * (税费 may be meant, 读书 may not).
 */
const WRITTEN: Readonly<Record<string, string>> = {
  // One character for another; 缴 and 交 are used alike, so one of them is enough for the rules.
  账: "帐",
  交: "缴",
  // Homophones of the pinyin keyboard and of dictation.
  发票: "发漂 发飘 法票 发瓢 伐票 发嫖 发片 发瞟 发骠 fapiao invoice",
  专票: "专漂 专飘 砖票 专瓢 转票",
  普票: "普漂 普飘 谱票 朴票",
  账单: "账但 账蛋 张单 账旦 账担 账丹 仗单 脏单 zhangdan bill",
  对账单: "对张单 对账但 对仗单",
  电费: "电废 电肺 电飞 电匪 典费 dianfei",
  水费: "水废 水飞 水匪 睡费 shuifei",
  电表: "电标 电婊 电彪",
  物业费: "物页费 物业废 勿业费 物夜费 物业飞 五业费 物也费 屋业费 wuyefei",
  燃气: "燃汽 然气 燃器",
  煤气: "煤汽 煤器",
  管理费: "管里费 管理废 管理飞",
  停车费: "停车废 听车费 停车飞",
  房租: "房祖 房阻 房组 防租 fangzu rent",
  租金: "租今 祖金 阻金 组金 租斤 zujin",
  押金: "压金 押今 鸭金 呀金 押斤 按金 yajin deposit",
  滞纳金: "滞纳今 带纳金 滞拿金 治纳金 置纳金 质纳金 直纳金 滞那金 滞纳斤 制纳金 之纳金",
  违约金: "违约今 维约金 为约金 围约金",
  抬头: "抬投 台头 太头 抬透 苔头",
  税号: "水号 睡号 税耗 shuihao",
  合同: "合铜 合桐 合童 hetong contract",
  余额: "余鹅 余饿 余恶 鱼额 balance",
  退款: "退宽 推款 退筐 腿款 退框 tuikuan refund",
  付款: "付宽 付筐 负款 付框 副款",
  转账: "转仗",
  交费: "交废 焦费 胶费 叫费 jiaofei",
  逾期: "愈期 渝期 俞期 榆期",
  凭证: "平证 凭正 瓶证",
  票作废: "票做废 票作费 票坐废",
  红冲: "红充 洪冲",
  充值: "冲值 充直 充植 储值",
  预存: "预村 预寸",
  账号: "涨号",
  读数: "读树",
  轧平: "扎平 札平 闸平",
  记录: "纪录 记禄 记路",
  明细: "名细 明系 明戏",
  绑定: "邦定 帮定 绑订 梆定",
  解绑: "解邦 解帮",
  催款: "摧款",
  审批: "申批",
  收交率: "收交律 收缴率",
  二维码: "二微码 2维码 二维马 qr码 qrcode",
  自动: "自冻 zidong",
  // Colloquial, chat and dialect.
  为什么: "为啥子 为啥 为毛 为何 做乜 为甚么 为什莫 why",
  怎么: "咋个 咋 怎末 肿么 怎麽 怎莫 怎样 如何 点样 怎的",
  什么时候: "啥时候 嘛时候 甚么时候 什么时间 多会儿 什么时侯 啥时间 猴年马月 驴年马月 哪年哪月",
  干什么: "干嘛 干吗 干啥",
  什么: "啥子 啥 神马 甚么 什麽 什莫 乜嘢 乜 咩",
  没有: "木有 米有 冇",
  没: "冇得",
  多少: "几多 几钱",
  多少钱: "几块钱 几钱呀",
  怎么算: "怎么蒜",
  明天: "听日",
  两个月: "俩月",
  三个月: "仨月",
  昨天: "寻日 噚日",
  今天: "今日子 今儿个 今朝",
  了没: "咗未 了未",
  现在: "现再",
  哪里: "边度 哪儿",
  谁: "边个 哪个人",
  给: "畀 俾",
  看: "睇 瞅瞅 瞅 瞧瞧 瞧",
  不: "唔 勿要 覅",
  不用: "唔使 唔使喇 唔使啦 勿用 甭",
  的: "嘅",
  了: "咗",
  找: "搵 揾",
  知道: "晓得",
  公司: "公斯",
  "1月": "元月",
};

// These are also parts of correct words (晚点交, 任何时候, 多小时), so each tells where it may stand.
const GUARDED: readonly (readonly [pattern: string, written: string, meant: string])[] = [
  ["(?<![几晚早多少一有快差\\d])点解(?!决|约|除|释)", "点解", "为什么"],
  ["(?<![几晚早多少一有快差\\d])点算", "点算", "怎么算"],
  ["(?<![几晚早多少一有快差\\d])点办", "点办", "怎么办"],
  ["(?<![几晚早多少一有快差\\d])点(?:畀|俾|交钱|付钱)", "点俾", "怎么交"],
  ["(?<!任|如)何时(?!候)", "何时", "什么时候"],
  ["几时", "几时", "什么时候"],
  ["勿(?=是|对|晓得|知道|好|来|想)", "勿", "不"],
  ["(?<=[是交要欠收付差有费钱剩])好多(?=$|，|？|钱|度|吨|哦|嘛|呀|啊|来)", "好多", "多少"],
  ["(?<![红反对抵暴下水先])冲(?=\\d|[一二两三四五六七八九]|点钱|个[一二两三五])", "冲", "充"],
  ["多小(?!时|区|型|店)", "多小", "多少"],
  ["(?<![酒商门饭网药书分总本我])店费(?!用)", "店费", "电费"],
  ["税好(?!像|高|贵|多|了|几)", "税好", "税号"],
  ["而家(?!里|人|庭)", "而家", "现在"],
  ["(?<!非常|由|低|高|大|小)于期(?!间|限|初|末)", "于期", "逾期"],
];

const pairs = Object.entries(WRITTEN).flatMap(([meant, written]) =>
  written.split(" ").map((word) => [word, meant] as const),
);

const plainWord = (word: string): string => (/^[a-z]+$/.test(word) ? `(?<![a-z])${word}(?![a-z])` : word);

const TYPOS: ReadonlyMap<string, string> = new Map([
  ...pairs,
  ...GUARDED.map(([, written, meant]) => [written, meant] as const),
]);

/** Every written form, the longest first. */
export const TYPO_PATTERN: RegExp = new RegExp(
  [
    ...GUARDED.map(([pattern]) => pattern),
    ...pairs
      .map(([word]) => word)
      .sort((a, b) => b.length - a.length)
      .map(plainWord),
  ].join("|"),
  "g",
);

/** What was meant by a match of TYPO_PATTERN. */
export const meantBy = (written: string): string =>
  TYPOS.get(written) ?? (written.startsWith("点") ? "怎么交" : written);
