/** Half past seven: the run has half an hour before the quiet hours. */
export const EVENING = "2026-09-17T19:30:00+08:00";
export const DUNNING_APP = "wx5823bf96d3bd56c7";
export const DUNNING_SECRET = "dunning-secret";
/** Of the provider of short messages. */
export const DUNNING_SMS = {
  accessKeyId: "park",
  accessKeySecret: "park-secret",
  signName: "园账通",
  template: "SMS_3",
};
export const DUNNING_TEMPLATE = {
  templateId: "T-dunning",
  keywords: ["thing1", "amount2", "time3", "thing4"],
} as const;
