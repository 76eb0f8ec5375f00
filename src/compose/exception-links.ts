import type { ExceptionLink } from "../../bot/notices/exception-notices.ts";
import { pageUrl } from "../http/h5/page-link.ts";
import type { BusinessClock } from "../ports/clock.ts";

/** The pages of differences, as cards link to them. */
export const exceptionLinkOf =
  (publicUrl: string, linkKey: Uint8Array, clock: BusinessClock): ExceptionLink =>
  (exception) =>
    pageUrl({ publicUrl, linkKey, nowMs: clock.nowMs() }, "exception", exception.id);
