/**
 * What each platform takes, in one table. Characters are counted by what a person sees, bytes as UTF-8. Renderers cut to
 * these; a figure or a date is never cut. Sources: reference/platforms.md and the platforms' own pages named there.
 */
export const LIMITS = {
  officialAccount: {
    /** Passive reply and customer-service text: 2048 bytes (section 2; for the official account by analogy to WeCom). */
    textMaxBytes: 2048,
    /** Customer-service `msgmenu`: no published number; more than this does not fit one screen of a phone (section 5.1). */
    menuItemsMax: 8,
    /** A longer item breaks into a second line on a small phone. */
    menuItemMaxCharacters: 13,
    /** Key of a menu entry (CLICK). */
    menuKeyMaxBytes: 128,
    /** Scene string of a QR code (section 5.2). */
    sceneMaxCharacters: 64,
    /** `client_msg_id` of a template message; de-duplicates per person for 10 minutes (section 5.1). */
    clientMessageIdMaxCharacters: 32,
    /** Values of a template message by the type that its keyword's name begins with; others are not limited. */
    templateValueMaxCharacters: { thing: 20, character_string: 32, phrase: 5, name: 10, const: 20 },
  },
  /** Template cards of a WeCom app; the tighter column, which also fits robots (sections 3.2 and 3.3). */
  wecom: {
    sourceMaxCharacters: 13,
    titleMaxCharacters: 26,
    titleDescriptionMaxCharacters: 30,
    emphasisTitleMaxCharacters: 10,
    emphasisDescriptionMaxCharacters: 15,
    subtitleMaxCharacters: 112,
    rowsMax: 6,
    rowLabelMaxCharacters: 5,
    rowValueMaxCharacters: 26,
    jumpsMax: 3,
    jumpTitleMaxCharacters: 13,
    buttonsMax: 6,
    buttonTextMaxCharacters: 10,
    buttonKeyMaxBytes: 1024,
    taskIdMaxBytes: 128,
    textMaxBytes: 2048,
    /** Of an app's message and of a group's alike; only the robot of a group takes 4096 (WW 90236, 90248). */
    markdownMaxBytes: 2048,
    /** File and its name (section 4). */
    fileMaxBytes: 20_000_000,
    groupNameMaxCharacters: 50,
    groupMembersMin: 2,
    groupMembersMax: 2000,
    /** Entries at the foot of the app's chat, and their names (WW 90231). */
    menuEntriesMax: 3,
    menuNameMaxBytes: 16,
    submenuEntriesMax: 5,
    submenuNameMaxBytes: 40,
  },
  /** Interactive cards: the template decides the layout; every variable is a string (section 6.4). */
  dingtalk: {
    /** oToMessages/batchSend (section 6.3). */
    recipientsPerCallMax: 20,
    /** No published number for robots and cards; more than this does not fit the screens that a person scrolls. */
    textMaxBytes: 4096,
    titleMaxCharacters: 50,
    /** As many as our template has (docs/dingtalk-card-template.md): no fewer than WeCom's. */
    buttonsMax: 6,
    linksMax: 3,
    /** "最长20个字符": titles of ActionCard buttons. */
    buttonLabelMaxCharacters: 20,
    /** `outTrackId.exceed.limit`; the number is not published. */
    taskIdMaxCharacters: 64,
    /** media/upload type=file (section 6.3). */
    fileMaxBytes: 20 * 1024 * 1024,
  },
} as const;
