const SPECIAL = /专票|专用|增值税专|可抵扣的?票|抵扣票|能抵扣/;
const ORDINARY = /普票|普通(?:的)?(?:电子)?(?:发)?票|普通的|增值税普|普通发票|电子普/;

// 普票换专票, 开成普票了要专票: what it shall become.
const WANTED = /(?:换|改|重开|重新开|变成|要|改开)[^，？]{0,4}?(专|普)/;

/** 专票 or 普票, when one is said; the first when both are. */
export function findInvoiceKind(plain: string): "special" | "ordinary" | undefined {
  const wanted = WANTED.exec(plain)?.[1];
  if (wanted !== undefined) return wanted === "专" ? "special" : "ordinary";
  const special = SPECIAL.exec(plain)?.index;
  const ordinary = ORDINARY.exec(plain)?.index;
  if (special === undefined) return ordinary === undefined ? undefined : "ordinary";
  return ordinary !== undefined && ordinary < special ? "ordinary" : "special";
}
