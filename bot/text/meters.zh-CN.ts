/** Everything the bot says about meters and readings. */
export const SAY_METERS = {
  title: "上报读数",
  utilities: { electricity: "电表", water: "水表", gas: "燃气表" },
  none: "您名下的合同没有按表计费的项目。如有疑问，请回复“转人工”联系管家。",
  noneOfStaff: "您负责的范围里没有找到这块表，请写明单元或表号，例如“A-301 水表 125”。",
  choose: "请问是哪一块表？回复序号即可：",
  askValue: (meter: string, last: string) => `请回复${meter}现在的读数（只填表上的数字）。${last}`,
  askValues: (meter: string, registers: string, last: string) =>
    `请按“${registers}”的顺序回复${meter}的读数，中间用空格隔开。${last}`,
  last: (on: string, values: string) => `上次${on}为 ${values}。`,
  badValues: (count: number) =>
    count === 1
      ? "没有看到读数，请只回复表上的数字，例如 12345.6。"
      : `需要 ${count} 个数，请用空格隔开，例如 ${["120.5", "300", "410", "96", "80"].slice(0, count).join(" ")}。`,
  confirm: (meter: string, on: string, values: string) => `${meter}，${on}读数 ${values}，对吗？`,
  usage: (usage: string, unit: string, since: string) => `自${since}以来用了 ${usage} ${unit}。`,
  unusual: (median: string, unit: string) => `比平时多很多（近一年每月约 ${median} ${unit}），请再看一眼表。`,
  units: { electricity: "度", water: "吨", gas: "立方" },
  yes: "确认",
  again: "重新填写",
  known: "这个读数已经登记过了，不用再报。",
  entered: (meter: string, on: string, values: string) => `已登记：${meter}，${on}读数 ${values}。`,
  proposed: (reference: string) => `已收到，编号 ${reference}。管家核实后生效，出账前您还可以重新上报。`,
  photoHint: "方便的话，请再发一张表盘的照片，核实会更快。",
  photoTaken: "照片收到了。",
  wentBack: (name: string, last: string) =>
    `${name}的读数比上次小了。${last}请再看一眼表盘，把读数发给我；表走满从零开始的，请回复“归零”；换过表的，请转人工告诉管家。`,
  notYours: "您已不是这家公司的成员，不能上报读数。",
  queryTitle: "抄表读数",
  queryNone: "还没有读数",
  toSteward: (tenant: string, meter: string, on: string, values: string) =>
    `${tenant}上报：${meter}，${on}读数 ${values}。`,
  toStewardPhoto: "附有表盘照片，链接只有有权限的同事能打开。",
  toStewardDecide: (reference: string) =>
    `核实无误请回复“接收读数 ${reference}”；不对请回复“不采用读数 ${reference} 原因”。`,
  accepted: (meter: string, on: string) => `已接收：表计 ${meter} ${on}的读数。`,
  dropped: (meter: string, on: string) => `已标记为不采用：表计 ${meter} ${on}的读数。`,
  byChat: "管家在聊天中核实",
} as const;
