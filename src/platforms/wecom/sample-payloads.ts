/**
 * Pushes of WeCom as they arrive after opening, with made-up ids; the shapes are those of the platform's own pages
 * (WW 90239, 90240, 96469) and of reference/platforms.md section 3.4. Extended with every parser fix.
 */
export const SAMPLE_CORP_ID = "ww0123456789abcdef";
export const SAMPLE_AGENT_ID = 1_000_002;
export const SAMPLE_USER_ID = "ZhangWei";
/** 2026-09-01 10:00:00 in Shanghai. */
export const SAMPLE_CREATE_TIME = 1_788_228_000;
export const SAMPLE_TASK_ID = "01990000-0000-7000-8000-000000000001";

const push = (type: string, fields: string, agentId: number = SAMPLE_AGENT_ID): string =>
  `<xml><ToUserName><![CDATA[${SAMPLE_CORP_ID}]]></ToUserName><FromUserName><![CDATA[${SAMPLE_USER_ID}]]></FromUserName>` +
  `<CreateTime>${SAMPLE_CREATE_TIME}</CreateTime><MsgType><![CDATA[${type}]]></MsgType>${fields}<AgentID>${agentId}</AgentID></xml>`;

const event = (name: string, fields = ""): string => push("event", `<Event><![CDATA[${name}]]></Event>${fields}`);

const click = (key: string, more = ""): string =>
  event(
    "template_card_event",
    `<EventKey><![CDATA[${key}]]></EventKey><TaskId><![CDATA[${SAMPLE_TASK_ID}]]></TaskId>` +
      "<CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[ResponseCode1]]></ResponseCode>" +
      more,
  );

const items = (...optionIds: readonly string[]): string =>
  "<SelectedItems><SelectedItem><QuestionKey><![CDATA[QuestionKey1]]></QuestionKey><OptionIds>" +
  optionIds.map((id) => `<OptionId><![CDATA[${id}]]></OptionId>`).join("") +
  "</OptionIds></SelectedItem></SelectedItems>";

export const SAMPLE_PUSHES = {
  text: push("text", "<Content><![CDATA[审批列表]]></Content><MsgId>7138421734001234561</MsgId>"),
  /** A person may paste anything, also markup. */
  pastedMarkup: push(
    "text",
    "<Content><![CDATA[<!DOCTYPE html><a href=x>&lt;]]]]><![CDATA[>🏭]]></Content><MsgId>7138421734001234562</MsgId>",
  ),
  image: push(
    "image",
    "<PicUrl><![CDATA[https://wework.qpic.cn/x/0]]></PicUrl><MediaId><![CDATA[media-1]]></MediaId><MsgId>7138421734001234563</MsgId>",
  ),
  voice: push(
    "voice",
    "<MediaId><![CDATA[media-2]]></MediaId><Format><![CDATA[amr]]></Format><MsgId>7138421734001234564</MsgId>",
  ),
  file: push(
    "file",
    "<MediaId><![CDATA[media-3]]></MediaId><FileName><![CDATA[发票.pdf]]></FileName><MsgId>7138421734001234565</MsgId>",
  ),
  location: push(
    "location",
    "<Location_X>22.95</Location_X><Location_Y>113.75</Location_Y><Scale>20</Scale><Label><![CDATA[东莞]]></Label><MsgId>7138421734001234566</MsgId>",
  ),
  subscribe: event("subscribe"),
  unsubscribe: event("unsubscribe"),
  enterAgent: event("enter_agent", "<EventKey><![CDATA[]]></EventKey>"),
  menuClick: event("click", "<EventKey><![CDATA[1:bill.list]]></EventKey>"),
  foreignMenuClick: event("click", "<EventKey><![CDATA[ABOUT_US]]></EventKey>"),
  menuView: event("view", "<EventKey><![CDATA[https://park.example.com/h5/]]></EventKey>"),
  cardClick: click("1:bill.show:DG-202609-00001"),
  foreignCardClick: click("approve_4711"),
  /** One answer of one question, and several of one: a list may hold one element or many. */
  cardClickWithSelection: click("1:bill.list", items("a")),
  cardClickWithSelections: click("1:bill.list", items("a", "b")),
  cardMenuClick: event(
    "template_card_menu_event",
    `<EventKey><![CDATA[1:help]]></EventKey><TaskId><![CDATA[${SAMPLE_TASK_ID}]]></TaskId>` +
      "<CardType><![CDATA[text_notice]]></CardType><ResponseCode><![CDATA[ResponseCode2]]></ResponseCode>",
  ),
  otherApp: push("text", "<Content><![CDATA[你好]]></Content><MsgId>7138421734001234567</MsgId>", 1_000_003),
  contactChange: push(
    "event",
    "<Event><![CDATA[change_contact]]></Event><ChangeType>delete_user</ChangeType><UserID><![CDATA[LiSi]]></UserID>",
  ),
} as const;
