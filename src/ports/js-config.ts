/** What a page hands to `wx.config` so that WeChat's own functions run on it. */
export interface JsConfig {
  readonly appId: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly nonceStr: string;
  readonly signature: string;
}

/** Signs the address of a page, without what follows `#`; undefined when the vendor gives no ticket now: the page does without. */
export type JsConfigSigner = (pageUrl: string) => Promise<JsConfig | undefined>;
