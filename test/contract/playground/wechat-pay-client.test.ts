import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Aes } from "wechatpay-axios-plugin";
import { apiV3Key, openWechatPay, orderBody, outsideClient, strangerKeyPem, trustedKeys } from "./world.ts";

const outTradeNo = "PL20260815000001";
const payerOpenId = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/**
 * `wechatpay-axios-plugin` signs every request and verifies the signature of every 2xx answer by itself: what it accepts
 * here was judged by somebody who knows nothing of our code.
 */
describe("an independent client of WeChat Pay", () => {
  it.each(["certificate", "public-key", "mixed"] as const)(
    "orders, pays, queries and closes in the mode %s",
    async (keyMode) => {
      const pay = await openWechatPay({ keyMode });
      const client = outsideClient(pay);

      const created = await client.create("native", orderBody());
      expect(created.data.code_url).toMatch(/^weixin:\/\/wxpay\/bizpayurl\?pr=/);
      expect(created.headers["request-id"]).toMatch(/^[0-9A-F]{38}$/);

      const unpaid = await client.query(outTradeNo);
      expect(unpaid.data).toMatchObject({
        trade_state: "NOTPAY",
        attach: "",
        amount: { total: 123450, currency: "CNY" },
      });
      expect(unpaid.data).not.toHaveProperty("transaction_id");
      expect(unpaid.data).not.toHaveProperty("trade_type");

      const paid = pay.pay(String(created.data.code_url), payerOpenId);
      if (paid.state !== "paid") throw new Error(paid.reason);
      expect(paid.transactionId).toMatch(/^4200\d{24}$/);
      const queried = await client.queryTransaction(paid.transactionId);
      expect(queried.data).toMatchObject({
        out_trade_no: outTradeNo,
        trade_state: "SUCCESS",
        trade_type: "NATIVE",
        success_time: "2026-08-15T12:00:00+08:00",
        payer: { openid: payerOpenId },
        amount: { total: 123450, payer_total: 123450, currency: "CNY", payer_currency: "CNY" },
      });

      await client.create("jsapi", orderBody({ out_trade_no: "PL20260815000002", payer: { openid: payerOpenId } }));
      const closed = await client.close("PL20260815000002");
      expect([closed.status, closed.data]).toEqual([204, ""]);
      expect((await client.query("PL20260815000002")).data.trade_state).toBe("CLOSED");
    },
  );

  it("downloads a platform certificate that it can open with the APIv3 key, parse, and verify answers with", async () => {
    const pay = await openWechatPay({ keyMode: "certificate" });
    const list = (await outsideClient(pay).certificates()).data.data;
    const [first] = list as { serial_no: string; encrypt_certificate: Record<string, string> }[];
    const { ciphertext = "", nonce = "", associated_data: associatedData } = first?.encrypt_certificate ?? {};
    expect(associatedData).toBe("certificate");
    const pem = Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associatedData);

    const certificate = new X509Certificate(pem);
    expect(certificate.serialNumber).toBe(first?.serial_no);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBe(5 * 365 * 86_400_000);

    const client = outsideClient(pay, { [certificate.serialNumber]: pem });
    expect((await client.create("native", orderBody())).status).toBe(200);
  });

  it("gets 404 for the certificates of a merchant who has the public key only", async () => {
    const pay = await openWechatPay({ keyMode: "public-key" });
    const answer = await outsideClient(pay).certificates();
    expect([answer.status, answer.data.code]).toEqual([404, "RESOURCE_NOT_EXISTS"]);
    expect(answer.headers).not.toHaveProperty("wechatpay-signature");
  });

  it("is answered with the key that its Wechatpay-Serial names", async () => {
    const pay = await openWechatPay({ keyMode: "mixed" });
    const client = outsideClient(pay);
    const publicKeyId = pay.keys.publicKey?.serial ?? "";
    const certificateSerial = pay.keys.certificates[0]?.serial ?? "";
    expect(publicKeyId).toMatch(/^PUB_KEY_ID_\d{28}$/);

    const serialFor = async (headers: Record<string, string>) =>
      (await client.create("native", orderBody(), headers)).headers["wechatpay-serial"];
    expect(await serialFor({})).toBe(certificateSerial);
    expect(await serialFor({ "Wechatpay-Serial": publicKeyId })).toBe(publicKeyId);
    expect(await serialFor({ "Wechatpay-Serial": certificateSerial })).toBe(certificateSerial);

    const unknown = await client.create("native", orderBody(), { "Wechatpay-Serial": "PUB_KEY_ID_0" });
    expect([unknown.status, unknown.data.code]).toEqual([400, "PARAM_ERROR"]);
  });

  it("rejects an answer whose signer it does not trust", async () => {
    const pay = await openWechatPay({ keyMode: "public-key" });
    const serial = pay.keys.publicKey?.serial ?? "";
    const client = outsideClient(pay, { [serial]: strangerKeyPem("spki") });
    await expect(client.create("native", orderBody())).rejects.toMatchObject({
      code: "EV3_RES_HEADER_SIGNATURE_DIGEST",
    });
  });

  it("sees a new certificate take over after a rotation", async () => {
    const pay = await openWechatPay({ keyMode: "certificate" });
    const before = trustedKeys(pay);
    const added = await pay.keys.rotateCertificate(Date.now());
    await expect(outsideClient(pay, before).create("native", orderBody())).rejects.toMatchObject({
      code: "EV3_RES_HEADER_PLATFORM_SERIAL",
    });
    const answer = await outsideClient(pay).create("native", orderBody());
    expect(answer.headers["wechatpay-serial"]).toBe(added.serial);
  });
});
