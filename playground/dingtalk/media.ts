import { randomBytes } from "node:crypto";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../http/server.ts";
import { errorResponse, oldErrorResponse } from "./errors.ts";

const maxBytes = 20 * 1024 * 1024;

/** POST /media/upload of the older API: multipart with one field `media` that has a file name. */
export class MediaStore {
  readonly #files = new Map<string, Buffer>();

  find(mediaId: string): Buffer | undefined {
    return this.#files.get(mediaId);
  }

  async upload(request: PlainRequest): Promise<PlainResponse> {
    if (request.query.get("type") !== "file") return oldErrorResponse(40004, "不合法的媒体文件类型");
    const file = await readFile(request);
    if (file === undefined) return oldErrorResponse(40035, "不合法的参数");
    if (file.length === 0 || file.length > maxBytes) return oldErrorResponse(40006, "不合法的文件大小");
    const mediaId = `@lA${randomBytes(12).toString("base64url")}`;
    this.#files.set(mediaId, file);
    return jsonResponse(200, { errcode: 0, errmsg: "ok", type: "file", media_id: mediaId, created_at: Date.now() });
  }
}

async function readFile(request: PlainRequest): Promise<Buffer | undefined> {
  try {
    const contentType = request.headers["content-type"] ?? "";
    const response = new Response(new Uint8Array(request.body), { headers: { "content-type": contentType } });
    const media = (await response.formData()).get("media");
    return media instanceof Blob && media.name !== "" ? Buffer.from(await media.arrayBuffer()) : undefined;
  } catch {
    return undefined;
  }
}

const ADDRESS_LIFE_MS = 15 * 60_000;

/** Pictures that colleagues send to a robot: a code in the message, an address for a quarter of an hour, then the file. */
export class SentPictures {
  readonly #pictures = new Map<string, Buffer>();
  readonly #addresses = new Map<string, { readonly code: string; readonly untilMs: number }>();
  readonly #options: { readonly robotCode: string; readonly wireNowMs: () => number };

  constructor(options: { readonly robotCode: string; readonly wireNowMs: () => number }) {
    this.#options = options;
  }

  /** The downloadCode of a picture that somebody sends. */
  keep(bytes: Uint8Array): string {
    const code = `mIofN${randomBytes(60).toString("base64")}`;
    this.#pictures.set(code, Buffer.from(bytes));
    return code;
  }

  /** As if the platform had cleared up: the codes of today are good for nothing. */
  forgetAll(): void {
    this.#pictures.clear();
  }

  /** POST /v1.0/robot/messageFiles/download */
  addressOf(body: Readonly<Record<string, unknown>>, base: string): PlainResponse {
    const { downloadCode, robotCode } = body;
    if (robotCode !== this.#options.robotCode) return errorResponse("invalid.robotCode");
    if (typeof downloadCode !== "string" || !this.#pictures.has(downloadCode)) {
      return errorResponse("invalidParameter.downloadCode.invalid");
    }
    const key = randomBytes(24).toString("hex");
    this.#addresses.set(key, { code: downloadCode, untilMs: this.#options.wireNowMs() + ADDRESS_LIFE_MS });
    return jsonResponse(200, { downloadUrl: `${base}/file/${key}?Signature=${randomBytes(12).toString("hex")}` });
  }

  /** The address itself, which asks for no token. */
  download(path: string): PlainResponse {
    const address = this.#addresses.get(path.slice("/file/".length));
    const bytes = address && address.untilMs > this.#options.wireNowMs() && this.#pictures.get(address.code);
    if (!bytes) return { status: 403, headers: { "Content-Type": "application/xml" }, body: "<Error/>" };
    return { status: 200, headers: { "Content-Type": "application/octet-stream" }, body: bytes };
  }
}
