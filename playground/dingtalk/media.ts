import { randomBytes } from "node:crypto";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../http/server.ts";
import { oldErrorResponse } from "./errors.ts";

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
