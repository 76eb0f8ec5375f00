import type { AnyCommand } from "./command.ts";
import {
  approvalApproveCommand,
  approvalCancelCommand,
  approvalDelegateCommand,
  approvalDelegationsCommand,
  approvalListCommand,
  approvalRejectCommand,
  approvalRequestCommand,
  approvalRevokeDelegationCommand,
  approvalShowCommand,
} from "./commands/approval.ts";
import { billRunCommand, billShowCommand } from "./commands/bill.ts";
import { billPdfCommand } from "./commands/bill-pdf.ts";
import { billQrCommand } from "./commands/bill-qr.ts";
import {
  auditRootCommand,
  auditVerifyCommand,
  ledgerCheckCommand,
  periodCloseCommand,
  periodReopenCommand,
} from "./commands/books.ts";
import {
  claimWaiveCommand,
  claimWriteOffCommand,
  disputeCloseCommand,
  disputeOpenCommand,
  waiveCommand,
} from "./commands/claims.ts";
import { billCompareCommand } from "./commands/compare.ts";
import { dayCloseCommand } from "./commands/day.ts";
import { doctorCommand } from "./commands/doctor.ts";
import {
  dunningHoldCommand,
  dunningPreferCommand,
  dunningPreviewCommand,
  dunningRunCommand,
  dunningUnreachedCommand,
} from "./commands/dunning.ts";
import { billExplainCommand } from "./commands/explain.ts";
import { exportAllocationsCommand, exportReceiptsCommand, exportReceivablesCommand } from "./commands/export.ts";
import { exportVouchersCommand } from "./commands/export-vouchers.ts";
import { groupAssignCommand, groupListCommand } from "./commands/group.ts";
import { groupMakeCommand } from "./commands/group-make.ts";
import { importCommand } from "./commands/import.ts";
import {
  invoiceEarlyCommand,
  invoiceIssueCommand,
  invoiceListCommand,
  invoiceRedAgainCommand,
  invoiceRedCommand,
  invoiceRedStepCommand,
  invoiceRejectCommand,
} from "./commands/invoice.ts";
import { invoiceCertificateCommand, invoiceSettingCommand } from "./commands/invoice-settings.ts";
import { lateFeeCommand } from "./commands/late-fee.ts";
import { menuPublishCommand } from "./commands/menu.ts";
import { monthEndPackCommand } from "./commands/month-end.ts";
import {
  moveOutCancelCommand,
  moveOutConsentCommand,
  moveOutForfeitCommand,
  moveOutNextCommand,
  moveOutNoticeCommand,
  moveOutRefundCommand,
  moveOutShowCommand,
} from "./commands/move-out.ts";
import { estimateCommand, oneOffCommand } from "./commands/one-off.ts";
import { backupCommand, restoreCommand, rotateKeysCommand } from "./commands/operations.ts";
import { outboxListCommand, outboxReplayCommand } from "./commands/outbox.ts";
import { payRecordCommand, payUndoCommand } from "./commands/pay.ts";
import {
  readingAcceptCommand,
  readingImportCommand,
  readingListCommand,
  readingRefuseCommand,
} from "./commands/readings.ts";
import {
  fingerprintsListCommand,
  fingerprintsRevokeCommand,
  reconListCommand,
  reconResolveCommand,
  reconRunCommand,
  reconUndoCommand,
} from "./commands/recon.ts";
import {
  refundCancelCommand,
  refundConfirmPaidCommand,
  refundLiftHoldCommand,
  refundListCommand,
  refundPayoutListCommand,
  refundRequestCommand,
  refundRetryCommand,
  refundShowCommand,
  refundToBankCommand,
} from "./commands/refund.ts";
import { billReplayCommand } from "./commands/replay.ts";
import { shiftApproveCommand, shiftCloseCommand, shiftOpenCommand } from "./commands/shift.ts";
import { statementImportCommand } from "./commands/statement.ts";
import { traceCommand } from "./commands/trace.ts";
import { understandCommand } from "./commands/understand.ts";
import {
  virtualAccountAssignCommand,
  virtualAccountEndCommand,
  virtualAccountListCommand,
} from "./commands/virtual-account.ts";
import { voucherMappingCommand } from "./commands/voucher-mapping.ts";

/** Every command of the operator's command line, in the order of the help. */
export const COMMANDS: readonly AnyCommand[] = [
  importCommand,
  billRunCommand,
  billShowCommand,
  billPdfCommand,
  billQrCommand,
  billExplainCommand,
  billReplayCommand,
  billCompareCommand,
  lateFeeCommand,
  waiveCommand,
  claimWaiveCommand,
  claimWriteOffCommand,
  approvalRequestCommand,
  approvalListCommand,
  approvalShowCommand,
  approvalApproveCommand,
  approvalRejectCommand,
  approvalCancelCommand,
  approvalDelegateCommand,
  approvalDelegationsCommand,
  approvalRevokeDelegationCommand,
  disputeOpenCommand,
  disputeCloseCommand,
  payRecordCommand,
  payUndoCommand,
  refundRequestCommand,
  refundListCommand,
  refundShowCommand,
  refundLiftHoldCommand,
  refundCancelCommand,
  refundRetryCommand,
  refundToBankCommand,
  refundPayoutListCommand,
  refundConfirmPaidCommand,
  moveOutNoticeCommand,
  moveOutShowCommand,
  moveOutNextCommand,
  moveOutForfeitCommand,
  moveOutConsentCommand,
  moveOutRefundCommand,
  moveOutCancelCommand,
  oneOffCommand,
  readingImportCommand,
  readingListCommand,
  readingAcceptCommand,
  readingRefuseCommand,
  estimateCommand,
  shiftOpenCommand,
  shiftCloseCommand,
  shiftApproveCommand,
  statementImportCommand,
  reconRunCommand,
  reconListCommand,
  reconResolveCommand,
  reconUndoCommand,
  fingerprintsListCommand,
  fingerprintsRevokeCommand,
  dayCloseCommand,
  virtualAccountAssignCommand,
  virtualAccountListCommand,
  virtualAccountEndCommand,
  dunningPreviewCommand,
  dunningRunCommand,
  dunningUnreachedCommand,
  dunningPreferCommand,
  dunningHoldCommand,
  ledgerCheckCommand,
  auditVerifyCommand,
  auditRootCommand,
  periodCloseCommand,
  periodReopenCommand,
  monthEndPackCommand,
  exportReceivablesCommand,
  exportReceiptsCommand,
  exportAllocationsCommand,
  invoiceListCommand,
  invoiceIssueCommand,
  invoiceEarlyCommand,
  invoiceRejectCommand,
  invoiceRedCommand,
  invoiceRedStepCommand,
  invoiceRedAgainCommand,
  invoiceSettingCommand,
  invoiceCertificateCommand,
  exportVouchersCommand,
  voucherMappingCommand,
  understandCommand,
  traceCommand,
  outboxListCommand,
  outboxReplayCommand,
  groupListCommand,
  groupAssignCommand,
  groupMakeCommand,
  menuPublishCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  rotateKeysCommand,
];
