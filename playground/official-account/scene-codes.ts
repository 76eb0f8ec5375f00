import { randomBytes } from "node:crypto";
import { isRecord, jsonResponse, type PlainResponse } from "../http/server.ts";
import { errorResponse } from "./errors.ts";

/** QR codes of the account that carry a scene. */
export class SceneCodes {
  readonly #sceneByUrl = new Map<string, string>();
  readonly #ticketByScene = new Map<string, string>();

  /** POST /cgi-bin/qrcode/create: string or number scenes, for a time or for good. */
  create(body: Readonly<Record<string, unknown>>): PlainResponse {
    const scene = isRecord(body.action_info) ? body.action_info.scene : undefined;
    if (!isRecord(scene)) return errorResponse(40035, "action_info.scene");
    const value = readScene(body.action_name, scene);
    if (value === undefined) return errorResponse(40035, "scene");
    const ticket = randomBytes(60).toString("base64");
    const url = `http://weixin.qq.com/q/${randomBytes(15).toString("base64url")}`;
    this.#sceneByUrl.set(url, value);
    this.#ticketByScene.set(value, ticket);
    const isForGood = String(body.action_name).includes("LIMIT");
    const seconds = typeof body.expire_seconds === "number" ? Math.min(body.expire_seconds, 2_592_000) : 60;
    return jsonResponse(200, isForGood ? { ticket, url } : { ticket, expire_seconds: seconds, url });
  }

  ticketOf(scene: string): string | undefined {
    return this.#ticketByScene.get(scene);
  }

  /** What a phone reads from the QR code with this content. */
  sceneOf(url: string): string | undefined {
    return this.#sceneByUrl.get(url);
  }
}

function readScene(actionName: unknown, scene: Record<string, unknown>): string | undefined {
  if (actionName === "QR_STR_SCENE" || actionName === "QR_LIMIT_STR_SCENE") {
    const value = scene.scene_str;
    return typeof value === "string" && value.length >= 1 && value.length <= 64 ? value : undefined;
  }
  if (actionName === "QR_SCENE" || actionName === "QR_LIMIT_SCENE") {
    const value = scene.scene_id;
    return typeof value === "number" && Number.isInteger(value) && value >= 1 ? String(value) : undefined;
  }
  return undefined;
}
