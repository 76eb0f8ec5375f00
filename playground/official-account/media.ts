import { randomBytes } from "node:crypto";
import type { PlainRequest, PlainResponse } from "../http/server.ts";
import { errorResponse } from "./errors.ts";

const LIFE_MS = 3 * 86_400_000;

interface Sent {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly untilMs: number;
}

/** What followers sent: kept for three days, given out by media/get (doc/offiaccount/Asset_Management/Get_temporary_materials). */
export class SentMedia {
  readonly #files = new Map<string, Sent>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Something that a follower sends; the id that its message carries. */
  keep(bytes: Uint8Array, contentType: string): string {
    const id = randomBytes(48).toString("base64url");
    this.#files.set(id, { bytes: Buffer.from(bytes), contentType, untilMs: this.#nowMs() + LIFE_MS });
    return id;
  }

  /** GET /cgi-bin/media/get: the file itself; errors are JSON under HTTP 200 all the same. */
  get({ query }: PlainRequest): PlainResponse {
    const id = query.get("media_id");
    if (id === null || id === "") return errorResponse(41006);
    const file = this.#files.get(id);
    if (file === undefined || file.untilMs < this.#nowMs()) return errorResponse(40007);
    if (file.contentType.startsWith("video/")) {
      return {
        status: 200,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ video_url: "http://vod.example/video.mp4" }),
      };
    }
    const [, extension = "jpg"] = file.contentType.split("/");
    return {
      status: 200,
      headers: {
        "Content-Type": file.contentType,
        "Content-disposition": `attachment; filename="${id.slice(0, 20)}.${extension === "jpeg" ? "jpg" : extension}"`,
        "Content-Length": String(file.bytes.length),
      },
      body: file.bytes,
    };
  }
}
