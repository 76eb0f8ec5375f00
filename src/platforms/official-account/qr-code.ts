import { LIMITS } from "../../../cards/limits.ts";
import { type AccessTokens, TokenUnavailable } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";
import { callWithToken } from "../wechat-api/authorized-call.ts";

export type QrCodeResult =
  /** `content` is what the code says: draw it as a QR code. Scanning it follows us and brings the scene. */
  | { readonly state: "created"; readonly content: string; readonly expiresInSeconds: number | undefined }
  | { readonly state: "failed"; readonly code: string; readonly reason: string };

const TEMPORARY_MAX_SECONDS = 2_592_000;

/**
 * A QR code whose scan arrives as `subscribe` or `scan` with this scene (at most 64 characters, else RangeError).
 * Temporary for the given seconds, at most 30 days; without them permanent, of which an account has 100,000.
 */
export async function createSceneQrCode(
  connection: ApiConnection,
  tokens: AccessTokens,
  scene: string,
  expiresInSeconds?: number,
): Promise<QrCodeResult> {
  if (scene === "" || scene.length > LIMITS.officialAccount.sceneMaxCharacters) {
    throw new RangeError("a scene is 1 to 64 characters");
  }
  const lifetime =
    expiresInSeconds === undefined
      ? { action_name: "QR_LIMIT_STR_SCENE" }
      : { action_name: "QR_STR_SCENE", expire_seconds: Math.min(expiresInSeconds, TEMPORARY_MAX_SECONDS) };
  try {
    const answer = await callWithToken(connection, tokens, "/cgi-bin/qrcode/create", {
      ...lifetime,
      action_info: { scene: { scene_str: scene } },
    });
    if (answer.state !== "answered") return { state: "failed", code: "NO_ANSWER", reason: answer.reason };
    const { url, expire_seconds: expires } = answer.json;
    if (typeof url === "string" && url !== "") {
      return { state: "created", content: url, expiresInSeconds: typeof expires === "number" ? expires : undefined };
    }
    return { state: "failed", code: String(errorCodeOf(answer.json)), reason: errorMessageOf(answer.json) };
  } catch (error) {
    if (error instanceof TokenUnavailable) {
      return { state: "failed", code: String(error.errorCode), reason: error.message };
    }
    throw error;
  }
}
