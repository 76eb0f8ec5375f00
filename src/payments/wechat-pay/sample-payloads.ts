/**
 * Bodies in the forms WeChat Pay sends them, for tests: field names, order and odd empties as in real captures
 * (reference/wechat-pay.md sections 2.3, 3.1 and 4.1); all numbers are invented.
 */

/** The decrypted resource of TRANSACTION.SUCCESS, also the answer of an order query once it is paid. */
export const paidOrder = {
  mchid: "1900000001",
  appid: "wx0000000000000001",
  out_trade_no: "PL202608150001",
  transaction_id: "4200000000202608150000000001",
  trade_type: "JSAPI",
  trade_state: "SUCCESS",
  trade_state_desc: "支付成功",
  bank_type: "OTHERS",
  attach: "",
  success_time: "2026-08-15T10:34:56+08:00",
  payer: { openid: "oPayer-0000000000000000001" },
  amount: { total: 123450, payer_total: 123450, currency: "CNY", payer_currency: "CNY" },
};

/** The answer of an order query before payment: no transaction, no payer, no amount paid. */
export const unpaidOrder = {
  appid: "wx0000000000000001",
  mchid: "1900000001",
  out_trade_no: "PL202608150001",
  trade_state: "NOTPAY",
  trade_state_desc: "订单未支付",
  attach: "",
  amount: { total: 123450, payer_total: 123450, currency: "CNY", payer_currency: "CNY" },
};

/** The decrypted resource of REFUND.SUCCESS. */
export const refundNotice = {
  mchid: "1900000001",
  out_trade_no: "PL202608150001",
  transaction_id: "4200000000202608150000000001",
  out_refund_no: "RF202608200001",
  refund_id: "50300000002026082000000000001",
  refund_status: "SUCCESS",
  success_time: "2026-08-20T09:00:05+08:00",
  user_received_account: "支付用户零钱",
  amount: { total: 123450, refund: 23450, payer_total: 123450, payer_refund: 23450 },
};

/** The answer of applying for a refund. */
export const refundAnswer = {
  refund_id: "50300000002026082000000000001",
  out_refund_no: "RF202608200001",
  transaction_id: "4200000000202608150000000001",
  out_trade_no: "PL202608150001",
  channel: "ORIGINAL",
  user_received_account: "支付用户零钱",
  create_time: "2026-08-20T09:00:00+08:00",
  status: "PROCESSING",
  funds_account: "AVAILABLE",
  amount: {
    total: 123450,
    refund: 23450,
    payer_total: 123450,
    payer_refund: 23450,
    settlement_refund: 23450,
    settlement_total: 123450,
    discount_refund: 0,
    currency: "CNY",
    refund_fee: 0,
  },
  promotion_detail: [],
};

/** The envelope of a notification around an encrypted resource. */
export function notificationEnvelope(
  eventType: string,
  resource: { readonly ciphertext: string; readonly nonce: string; readonly associatedData: string },
) {
  return {
    id: "9f7d6c5b-0000-5000-8000-000000000001",
    create_time: "2026-08-15T10:34:57+08:00",
    resource_type: "encrypt-resource",
    event_type: eventType,
    summary: "支付成功",
    resource: {
      original_type: eventType.startsWith("REFUND.") ? "refund" : "transaction",
      algorithm: "AEAD_AES_256_GCM",
      ciphertext: resource.ciphertext,
      associated_data: resource.associatedData,
      nonce: resource.nonce,
    },
  };
}
