/**
 * What a button asks for. A click is a request, not a decision: the server authorises it again, against the person, the
 * role, the version and the state (money-rules 11), so an action carries ids and never amounts or recipients.
 */
export type CardAction =
  | { readonly type: "bill.show"; readonly billNo: string }
  | { readonly type: "bill.list" }
  | { readonly type: "pay"; readonly billNo: string }
  | { readonly type: "pay.all" }
  | { readonly type: "bind.start" }
  | { readonly type: "help" }
  | { readonly type: "handoff" };
