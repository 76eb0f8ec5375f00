import type { Context } from "koa";
import { findStaffMember, type StaffMember } from "../../usecases/staff/find-staff-member.ts";
import type { H5Context } from "./context.ts";
import { noticePage } from "./notice-page.ts";
import { sendPage } from "./page.ts";
import { redirectToOAuth, signedInOf, signInOf } from "./session.ts";
import type { SignedIn } from "./sign-in.ts";

/** What somebody is told who is not let in. */
export interface ColleagueWords {
  readonly insideTitle: string;
  readonly insideOnly: string;
  readonly strangerTitle: string;
  readonly stranger: string;
}

export interface Colleague {
  readonly signedIn: SignedIn;
  readonly staff: StaffMember;
}

/**
 * Who of the staff holds the phone, as the OAuth of WeCom or DingTalk says for this link. Undefined when the request is
 * answered already: a calm page, or the way to the platform's sign-in.
 */
export async function receiveColleague(
  ctx: Context,
  context: H5Context,
  token: string,
  words: ColleagueWords,
): Promise<Colleague | undefined> {
  const signedIn = signedInOf(ctx, context, token);
  const signIn = signInOf(ctx, context);
  if (!signedIn && signIn && ctx.method === "GET") {
    redirectToOAuth(ctx, context, signIn, token);
    return undefined;
  }
  if (!signedIn) {
    sendPage(ctx, noticePage({ title: words.insideTitle, text: words.insideOnly, status: 403 }));
    return undefined;
  }
  const staff = await findStaffMember(context.db, signedIn);
  if (!staff || signedIn.platform === "official-account") {
    sendPage(ctx, noticePage({ title: words.strangerTitle, text: words.stranger, status: 403 }));
    return undefined;
  }
  return { signedIn, staff };
}

/** For whom a form was made: it works for nobody else. */
export const boundTo = ({ platform, appId, externalId }: SignedIn): string => `${platform}|${appId}|${externalId}`;
