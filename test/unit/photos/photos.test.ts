import { describe, expect, it } from "vitest";
import { imageTypeOf } from "../../../src/domain/photos/image-type.ts";
import { nextTryAtMs } from "../../../src/domain/photos/photo-retry.ts";
import { openPageLink, pageUrl } from "../../../src/http/h5/page-link.ts";

describe("what counts as a picture", () => {
  const padded = (head: string): Buffer => Buffer.concat([Buffer.from(head, "latin1"), Buffer.alloc(20)]);
  it.each([
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["\x89PNG\r\n\x1a\n", "image/png"],
    ["GIF89a", "image/gif"],
    ["RIFF\x00\x00\x00\x00WEBP", "image/webp"],
    ["\x00\x00\x00\x18ftypheic", "image/heic"],
  ])("%j is %s by its first bytes", (head, mediaType) => {
    expect(imageTypeOf(padded(head))?.mediaType).toBe(mediaType);
  });
  it.each([
    "<svg xmlns=",
    "<!DOCTYPE html>",
    "%PDF-1.7",
    "MZ\x90\x00",
    "\x00\x00\x00\x18ftypmp42",
    "RIFF\x00\x00\x00\x00WAVE",
    '{"errcode":40007}',
  ])("%j is none, whatever it calls itself", (head) => {
    expect(imageTypeOf(padded(head))).toBeUndefined();
  });
  it("a head without a body is none", () => expect(imageTypeOf(Buffer.from([0xff, 0xd8, 0xff]))).toBeUndefined());
});

describe("when a photo is fetched again", () => {
  const MINUTE_MS = 60_000;
  it("soon at first, then more and more rarely, at most after an hour", () => {
    expect([1, 2, 3, 4, 5, 20].map((attempts) => nextTryAtMs(attempts, 0, 0))).toEqual([
      10_000,
      40_000,
      160_000,
      640_000,
      2_560_000,
      60 * MINUTE_MS,
    ]);
  });
  it("not before the platform wants it", () => expect(nextTryAtMs(1, 0, 0, 5 * MINUTE_MS)).toBe(5 * MINUTE_MS));
  it("no more when the platform has dropped it, after three days", () => {
    const threeDaysMs = 3 * 24 * 60 * MINUTE_MS;
    expect(nextTryAtMs(9, 0, threeDaysMs - 61 * MINUTE_MS)).toBe(threeDaysMs - MINUTE_MS);
    expect(nextTryAtMs(9, 0, threeDaysMs - 60 * MINUTE_MS)).toBeUndefined();
  });
});

describe("the link to a photo", () => {
  const key = Buffer.alloc(32, 1);
  const photoId = "0190a4b2-0000-7000-8000-000000000001";
  const tokenOf = (url: string): string => new URL(url).searchParams.get("t") ?? "";
  const token = tokenOf(pageUrl({ publicUrl: "https://p.example/", linkKey: key, nowMs: 0 }, "photo", photoId));

  it("opens for seven days", () => {
    expect(openPageLink([key], "photo", token, 7 * 86_400_000 - 1)).toEqual({ ok: true, id: photoId });
    expect(openPageLink([key], "photo", token, 7 * 86_400_000)).toEqual({ ok: false, refusal: "expired" });
  });
  it("opens no other page", () => {
    expect(openPageLink([key], "approval", token, 1)).toEqual({ ok: false, refusal: "tampered" });
  });
  it("opens with an older key, and with no other", () => {
    expect(openPageLink([Buffer.alloc(32, 2), key], "photo", token, 1)).toMatchObject({ ok: true });
    expect(openPageLink([Buffer.alloc(32, 2)], "photo", token, 1)).toEqual({ ok: false, refusal: "tampered" });
  });
});
