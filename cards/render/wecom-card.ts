/** A template card of a WeCom app as it goes over the wire in JSON (reference/platforms.md sections 3.2 and 3.3). */
export interface TemplateCard {
  readonly card_type: "text_notice" | "button_interaction";
  readonly main_title?: { readonly title?: string; readonly desc?: string };
  /** text_notice only. */
  readonly emphasis_content?: { readonly title: string; readonly desc: string };
  readonly sub_title_text?: string;
  readonly horizontal_content_list?: readonly { readonly keyname: string; readonly value: string }[];
  readonly jump_list?: readonly { readonly type: 1; readonly title: string; readonly url: string }[];
  /** Required for text_notice, else 42045. */
  readonly card_action?: { readonly type: 1; readonly url: string };
  readonly button_list?: readonly TemplateCardButton[];
  /** In an update: one grey button with this text, which cannot be pressed. */
  readonly replace_text?: string;
}

export interface TemplateCardButton {
  /** 1 opens `url`; absent: a click event with `key`. */
  readonly type?: 1;
  readonly text: string;
  /** 1 primary, 2 secondary, 3 neutral, 4 negative. */
  readonly style: 1 | 2 | 4;
  readonly key?: string;
  readonly url?: string;
}
