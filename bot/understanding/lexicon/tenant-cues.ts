import type { Cue } from "./cue.ts";
import { SMALL_TALK_CUES } from "./small-talk.ts";
import { BILLING_CUES } from "./tenant-billing.ts";
import { EXCEPTION_CUES } from "./tenant-exceptions.ts";
import { INVOICE_CUES } from "./tenant-invoices.ts";
import { PAYING_CUES } from "./tenant-paying.ts";
import { SERVICE_CUES } from "./tenant-service.ts";
import { TENANT_UNKNOWN_CUES } from "./unknown-cues.ts";

/** Everything a tenant's message can mean; between equal scores the earlier stands. */
export const TENANT_CUES: readonly Cue[] = [
  ...BILLING_CUES,
  ...PAYING_CUES,
  ...EXCEPTION_CUES,
  ...INVOICE_CUES,
  ...SERVICE_CUES,
  ...SMALL_TALK_CUES,
  ...TENANT_UNKNOWN_CUES,
];
