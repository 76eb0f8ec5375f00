/**
 * Pushes of WeChat as they arrive after opening, with made-up ids; the shapes are those of the platform's own pages and
 * of reference/platforms.md section 5.2. Extended with every parser fix.
 */
export const SAMPLE_OPEN_ID = "oPARKx0000000000000000000001";
export const SAMPLE_ORIGINAL_ID = "gh_0123456789ab";
/** 2026-09-01 10:00:00 in Shanghai. */
export const SAMPLE_CREATE_TIME = 1_788_228_000;

const push = (type: string, fields: string): string =>
  `<xml><ToUserName><![CDATA[${SAMPLE_ORIGINAL_ID}]]></ToUserName>\n` +
  `<FromUserName><![CDATA[${SAMPLE_OPEN_ID}]]></FromUserName>\n` +
  `<CreateTime>${SAMPLE_CREATE_TIME}</CreateTime>\n<MsgType><![CDATA[${type}]]></MsgType>\n${fields}\n</xml>`;

const event = (name: string, fields = ""): string => push("event", `<Event><![CDATA[${name}]]></Event>\n${fields}`);

export const SAMPLE_PUSHES = {
  text: push("text", "<Content><![CDATA[查账单]]></Content>\n<MsgId>24561255354251345</MsgId>"),
  /** A person may paste anything, also markup. */
  pastedMarkup: push(
    "text",
    "<Content><![CDATA[<!DOCTYPE html><a href=x>&lt;]]]]><![CDATA[>🏭]]></Content>\n<MsgId>24561255354251346</MsgId>",
  ),
  menuTap: push(
    "text",
    "<Content><![CDATA[9月账单]]></Content>\n<MsgId>24561255354251347</MsgId>\n" +
      "<bizmsgmenuid>1:bill.show:DG-202609-00001</bizmsgmenuid>",
  ),
  foreignMenuTap: push(
    "text",
    "<Content><![CDATA[满意]]></Content>\n<MsgId>24561255354251348</MsgId>\n<bizmsgmenuid>101</bizmsgmenuid>",
  ),
  image: push(
    "image",
    "<PicUrl><![CDATA[http://mmbiz.qpic.cn/x/0]]></PicUrl><MsgId>24561255354251349</MsgId><MediaId><![CDATA[m]]></MediaId>",
  ),
  voice: push(
    "voice",
    "<MediaId><![CDATA[m]]></MediaId><Format><![CDATA[amr]]></Format><MsgId>24561255354251350</MsgId>",
  ),
  subscribe: event("subscribe", "<EventKey><![CDATA[]]></EventKey>"),
  subscribeByScan: event(
    "subscribe",
    "<EventKey><![CDATA[qrscene_unit:A-301]]></EventKey>\n<Ticket><![CDATA[gQFy7zwAAAAA]]></Ticket>",
  ),
  subscribeAfterPayment: event("subscribe", "<EventKey><![CDATA[last_trade_no_4003152001]]></EventKey>"),
  scan: event("SCAN", "<EventKey><![CDATA[unit:A-301]]></EventKey>\n<Ticket><![CDATA[gQFy7zwAAAAA]]></Ticket>"),
  unsubscribe: event("unsubscribe", "<EventKey><![CDATA[]]></EventKey>"),
  click: event("CLICK", "<EventKey><![CDATA[1:bill.list]]></EventKey>"),
  foreignClick: event("CLICK", "<EventKey><![CDATA[ABOUT_US]]></EventKey>"),
  view: event("VIEW", "<EventKey><![CDATA[https://park.example.com/h5/]]></EventKey>\n<MenuId>400001</MenuId>"),
  templateDelivered: event(
    "TEMPLATESENDJOBFINISH",
    "<MsgID>3486213214212333568</MsgID>\n<Status><![CDATA[success]]></Status>",
  ),
  templateBlocked: event(
    "TEMPLATESENDJOBFINISH",
    "<MsgID>3486213214212333569</MsgID>\n<Status><![CDATA[failed:user block]]></Status>",
  ),
  location: event("LOCATION", "<Latitude>22.95</Latitude>\n<Longitude>113.75</Longitude>"),
} as const;
