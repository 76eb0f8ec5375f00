import { fieldEncryptionKeys } from "../../config/field-key.ts";
import { createSharedState } from "../../db/shared-state.ts";
import { addDays, civilDateAt, earlier, formatInstant } from "../../domain/time/civil-date.ts";
import { createSceneQrCode } from "../../platforms/official-account/qr-code.ts";
import { createAccessTokens } from "../../platforms/official-account/token.ts";
import { keepSceneCode } from "../../usecases/documents/scene-code.ts";
import { deriveSceneKey, sceneOfBill } from "../../usecases/people/bind-scene.ts";
import { type CliContext, type Command, refused } from "../command.ts";

const THIRTY_DAYS_SECONDS = 30 * 86_400;
const PERMANENT_DAYS = 36_500;

/** What to print on a paper bill: the scene, and with the official account on, what its QR code says; `bill pdf` prints it. */
export const billQrCommand: Command = {
  name: "bill qr",
  usage: "<billNo> [--permanent]",
  summary: "纸质账单上的绑定二维码",
  options: { permanent: { type: "boolean" } },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const [fieldKey] = fieldEncryptionKeys(context.config);
    if (fieldKey === undefined) throw new Error("no field encryption key");
    const printed = await sceneOfBill(context.db, billNo, deriveSceneKey(fieldKey), context.clock.nowMs());
    if (!printed) return refused({ code: "BILL_UNKNOWN", message: `没有已开出的账单 ${billNo}，请检查编号` });
    const { scene, expiresAtMs } = printed;
    const code = await qrCodeOf(context, scene, options.permanent === true);
    if (code?.state === "failed") {
      return {
        json: { errors: [{ code: code.code, message: code.reason }] },
        text: [],
        problems: [`${code.code} 微信没有给出二维码：${code.reason}`],
        exitCode: 3,
      };
    }
    if (code !== undefined) {
      const days = options.permanent === true ? PERMANENT_DAYS : THIRTY_DAYS_SECONDS / 86_400;
      // The code itself may live longer than the scene that it opens.
      const expiresOn = earlier(addDays(context.clock.today(), days), civilDateAt(expiresAtMs));
      await keepSceneCode(context.db, billNo, code.content, expiresOn);
    }
    const expiresAt = new Date(expiresAtMs).toISOString();
    return {
      json: { billNo, scene, expiresAt, ...(code === undefined ? {} : { url: code.content }) },
      text: [
        `${billNo} 场景值 ${scene}（有效至${formatInstant(expiresAtMs)}）`,
        code === undefined ? "  公众号没有配置，只给出场景值" : `  二维码内容 ${code.content}`,
      ],
    };
  },
};

/** For 30 days, WeChat's longest for a code that is not permanent; of those an account has 100,000. Undefined: no account. */
async function qrCodeOf({ config, db, encryption }: CliContext, scene: string, permanent: boolean) {
  const account = config.officialAccount;
  if (!account) return undefined;
  const connection = { appId: account.appId, apiBase: account.apiBase };
  const tokens = createAccessTokens(
    { ...connection, appSecret: account.appSecret.reveal() },
    createSharedState(db, encryption),
  );
  return createSceneQrCode(connection, tokens, scene, permanent ? undefined : THIRTY_DAYS_SECONDS);
}
