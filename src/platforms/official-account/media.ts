import { PHOTO_MAX_BYTES } from "../../domain/photos/image-type.ts";
import type { MediaSource } from "../../ports/media-source.ts";
import type { AccessTokens } from "../wechat-api/access-tokens.ts";
import type { ApiConnection } from "../wechat-api/api.ts";
import { downloadMedia } from "../wechat-api/download.ts";

/** Pictures that followers send. Their PicUrl needs no token, so whoever guesses it has it: the media_id is taken instead. */
export const createOfficialAccountMedia = (
  connection: ApiConnection & { readonly appId: string },
  tokens: AccessTokens,
): MediaSource => ({
  platform: "official-account",
  appId: connection.appId,
  fetch: (mediaId) => downloadMedia(connection, tokens, mediaId, PHOTO_MAX_BYTES),
});
