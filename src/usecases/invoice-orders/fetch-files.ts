import type { InvoiceFileLinks, InvoiceProvider } from "../../ports/invoice-provider.ts";
import { type InvoiceFile, isInvoiceFile } from "../invoices/issue-invoice.ts";

const FORMATS = ["pdf", "ofd", "xml"] as const;

/** The files behind the links that are what they say; those that can't be had now are missing, and never undo a number. */
export async function fetchFiles(
  provider: InvoiceProvider,
  number: string,
  links: InvoiceFileLinks,
): Promise<{ readonly files: readonly InvoiceFile[]; readonly missing: boolean }> {
  const given = FORMATS.flatMap((format) => {
    const link = links[format];
    return link === undefined ? [] : [{ format, link }];
  });
  const fetched = await Promise.all(
    given.map(async ({ format, link }) => {
      const content = await provider.fetchFile(link);
      return content === undefined ? undefined : { format, name: `${number}.${format}`, content };
    }),
  );
  const files = fetched.filter((file) => file !== undefined && isInvoiceFile(file)) as InvoiceFile[];
  return { files, missing: files.length < given.length || given.length === 0 };
}
