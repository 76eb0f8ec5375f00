/**
 * Callbacks of DingTalk as they arrive, with their public sources; ids are those of the sources, which belong to nobody
 * here. Extended with every parser fix.
 */
export const SAMPLE_ROBOT_CODE = "dingpjrwhlcru3xms5ar";
export const SAMPLE_CORP_ID = "ding4926b640107078f2ffe93478753d9884";
export const SAMPLE_STAFF_ID = "0151556648401138491";
export const SAMPLE_GROUP_ID = "cidIW7WZT7eR+uiFTOEcCW82w==";

/**
 * A message in a group, logged by a receiver in 2022 (a Spring controller's comment in a public repository; the same
 * fields as on open.dingtalk.com/document/orgapp/receive-message).
 */
const groupText = {
  conversationId: SAMPLE_GROUP_ID,
  atUsers: [{ dingtalkId: "$:LWCP_v1:$u8N1RuYloc5Ijtrxw28e/Pau34l2zl8+" }],
  chatbotCorpId: SAMPLE_CORP_ID,
  chatbotUserId: "$:LWCP_v1:$u8N1RuYloc5Ijtrxw28e/Pau34l2zl8+",
  msgId: "msgm9oYEOyaIS5Ok6mUnIA0bA==",
  senderNick: "示例同事",
  isAdmin: false,
  senderStaffId: SAMPLE_STAFF_ID,
  sessionWebhookExpiredTime: 1_665_736_776_617,
  createAt: 1_665_731_376_467,
  senderCorpId: SAMPLE_CORP_ID,
  conversationType: "2",
  senderId: "$:LWCP_v1:$7f5Ln9eXgzdjNFbjuG73YpvhQKoZmIlW",
  conversationTitle: "告警测试",
  isInAtList: true,
  sessionWebhook: "https://oapi.dingtalk.com/robot/sendBySession?session=ba6b7c3a70f9563d177caaa5f251f864",
  text: { content: " hello world!" },
  robotCode: SAMPLE_ROBOT_CODE,
  msgtype: "text",
} as const;

const {
  atUsers: _atUsers,
  conversationTitle: _title,
  isInAtList: _isInAtList,
  text: _text,
  ...alone
} = { ...groupText, conversationType: "1", conversationId: "cidLqcfv5Axjy6WsNXaRvTMkJyDOOC1W9aKQtDUyJgJk0Q=" };

export const SAMPLE_ROBOT_MESSAGES = {
  groupText,
  /** One to one: no title, nobody is named with an @. */
  singleText: { ...alone, msgId: "msgSingle0000000000000000==", msgtype: "text", text: { content: "审批列表" } },
  /** Before the app is published, or somebody of another organisation: no staff id (section 6.2). */
  stranger: {
    ...groupText,
    msgId: "msgStranger000000000000000==",
    senderStaffId: undefined,
    senderCorpId: "ding0000000000000000000000000000000",
  },
  /** The shape of dingtalk-stream-sdk-python chatbot.py, RichTextContent. */
  richText: {
    ...alone,
    msgId: "msgRichText000000000000000==",
    msgtype: "richText",
    content: {
      richText: [{ text: "这是回单" }, { type: "picture", downloadCode: "mIofN681YE3f" }, { text: "，请查收" }],
    },
  },
  picture: {
    ...alone,
    msgId: "msgPicture0000000000000000==",
    msgtype: "picture",
    content: { downloadCode: "mIofN681YE3f" },
  },
  voice: {
    ...alone,
    msgId: "msgVoice000000000000000000==",
    msgtype: "audio",
    content: { duration: 4000, downloadCode: "mIofN681YE3f", recognition: "查一下今天的审批" },
  },
} as const;

/** The click of open.dingtalk.com/document/orgapp/event-callback-card; `params` are those of the template's button. */
export const sampleCardClick = (params: Readonly<Record<string, string>>, outTrackId: string, userId: string) => ({
  type: "actionCallback",
  outTrackId,
  corpId: SAMPLE_CORP_ID,
  userId,
  content: JSON.stringify({ cardPrivateData: { actionIds: ["1"], params } }),
});

/** A newer one, as open-dingtalk's card examples log it: the same content twice, and where the card is. */
export const sampleNewCardClick = (params: Readonly<Record<string, string>>, outTrackId: string, userId: string) => {
  const content = JSON.stringify({ cardPrivateData: { actionIds: ["single_button_node_ocltl6e6foq"], params } });
  return {
    extension: "{}",
    corpId: SAMPLE_CORP_ID,
    spaceType: "im",
    userIdType: 1,
    type: "actionCallback",
    userId,
    content,
    spaceId: SAMPLE_GROUP_ID,
    outTrackId,
    value: content,
  };
};

/** open-dingtalk/DingTalk-Callback-Crypto, DingCallbackCrypto3.py: a real push, with the keys it was sealed with. */
export const SAMPLE_EVENT_PUSH = {
  keys: {
    clientId: "ding6ccabc44d2c8d38b",
    token: "mryue",
    aesKey: "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7",
  },
  query: {
    msg_signature: "03044561471240d4a14bb09372dfcfd4fd0e40cb",
    timestamp: "1608001896814",
    nonce: "WL4PK6yA",
  },
  body: {
    encrypt:
      "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3",
  },
} as const;

/** Events after opening: the shapes of open.dingtalk.com's event pages, HTTP form and newer form. */
export const SAMPLE_EVENTS = {
  urlCheck: { EventType: "check_url" },
  groupJoined: {
    EventType: "im_cool_app_install",
    EventTime: 1_641_866_135_051,
    CorpId: SAMPLE_CORP_ID,
    coolAppCode: "COOLAPP-1-1018",
    openConversationCorpId: SAMPLE_CORP_ID,
    robotCode: SAMPLE_ROBOT_CODE,
    openConversationId: SAMPLE_GROUP_ID,
    operator: SAMPLE_STAFF_ID,
    operateTime: "1641866135051",
  },
  groupJoinedNewer: {
    eventUnifiedAppId: "bbb381b6-f01",
    eventCorpId: SAMPLE_CORP_ID,
    eventType: "im_cool_app_install",
    eventId: "c7c7120f2c07419",
    eventBornTime: 1_683_533_823_336,
    data: { coolAppCode: "COOLAPP-1-1018", robotCode: SAMPLE_ROBOT_CODE, openConversationId: SAMPLE_GROUP_ID },
  },
  colleagueLeft: {
    EventType: "user_leave_org",
    CorpId: SAMPLE_CORP_ID,
    TimeStamp: "1608001896814",
    UserId: [SAMPLE_STAFF_ID],
  },
  /** The newer form of open.dingtalk.com, 通讯录用户离职. */
  colleagueLeftNewer: {
    eventUnifiedAppId: "bbb381b6-f01",
    eventCorpId: SAMPLE_CORP_ID,
    eventType: "user_leave_org",
    eventId: "c7c7120f2c07419",
    eventBornTime: 1_683_533_823_336,
    data: { timeStamp: "1685501863357", userId: [SAMPLE_STAFF_ID] },
  },
  unknown: { EventType: "bpms_task_change", CorpId: SAMPLE_CORP_ID },
} as const;
