const REDACTED = "[redacted]";
const DEEPEST = 8;
const LONGEST_LIST = 50;

/**
 * Names whose values are never logged, whatever they hold; compared without case, "_" and "-". A name counts when it is
 * one of these or ends with one: `access_token`, `payerOpenid`, `OA_APP_SECRET`.
 */
const SECRET_NAMES =
  /(token|ticket|secret|password|passwd|passphrase|authorization|cookie|signature|paysign|apikey|apiv3key|aeskey|privatekey|publickey|encryptionkey|accesskeyid|openid|unionid|externaluserid|phone|mobile|telephone|phonenumber|email|idcard|idcardno|idno|accountno|cardno|bankaccount|ciphertext|encrypt|plaintext|echostr|authcode|sessionkey|databaseurl|redisurl|smtpurl)s?$/;

/** What must not appear inside a text either: messages of errors quote URLs, SQL and bodies. */
const SECRET_TEXTS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, REDACTED],
  // user:password@ of a connection URL
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${REDACTED}@`],
  // every value of a query string: access_token, openid, code, signature and whatever the vendor adds next
  [/([?&][\w.[\]-]+=)[^&#\s"'<>]+/g, `$1${REDACTED}`],
  [/\b(Bearer|Basic|WECHATPAY2-SHA256-RSA2048)\s+[^\r\n]+/gi, `$1 ${REDACTED}`],
  // "access_token":"…" and phone=… in quoted bodies
  [
    /((?:token|ticket|secret|password|openid|unionid|phone|mobile|signature|aes_?key|api_?key)["']?\s*[:=]\s*["']?)[^"'\s,&;}\]]+/gi,
    `$1${REDACTED}`,
  ],
  // mainland mobile number, with or without +86
  [/(?<![\dA-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)/g, REDACTED],
  // resident identity number
  [/(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])/g, REDACTED],
  // openid: 28 characters from "o"
  [/(?<![\w-])o[\w-]{27}(?![\w-])/g, REDACTED],
];

const isSecretName = (name: string): boolean => SECRET_NAMES.test(name.toLowerCase().replaceAll(/[_-]/g, ""));

export const redactText = (text: string): string =>
  SECRET_TEXTS.reduce((current, [pattern, replacement]) => current.replaceAll(pattern, replacement), text);

/** A plain copy of any value that is fit for a log: no secrets or personal data, at any depth, in names or in texts. */
export function redact(value: unknown): unknown {
  return copy(value, 0, new Set());
}

function copy(value: unknown, depth: number, above: Set<object>): unknown {
  switch (typeof value) {
    case "string":
      return redactText(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case "function":
    case "symbol":
      return undefined;
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (above.has(value)) return "[circular]";
  if (depth > DEEPEST) return "[deep]";
  above.add(value);
  try {
    return copyObject(value, depth, above);
  } finally {
    above.delete(value);
  }
}

function copyObject(value: object, depth: number, above: Set<object>): unknown {
  const inner = (item: unknown) => copy(item, depth + 1, above);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Set) return inner([...value]);
  if (Array.isArray(value)) {
    const items = value.slice(0, LONGEST_LIST).map(inner);
    return value.length > LONGEST_LIST ? [...items, `… ${value.length - LONGEST_LIST} more`] : items;
  }
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) {
    return copyEntries(
      [...value].map(([name, item]) => [String(name), item]),
      inner,
    );
  }
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    // pg hangs the whole connection on its errors as `client`.
    const own = Object.entries(value).filter(([key]) => !["name", "message", "stack", "cause", "client"].includes(key));
    return {
      type: name,
      message: redactText(message),
      ...(stack === undefined ? {} : { stack: redactText(stack) }),
      ...copyEntries(own, inner),
      ...(cause === undefined ? {} : { cause: inner(cause) }),
      ...(value instanceof AggregateError ? { errors: inner(value.errors) } : {}),
    };
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return inner(toJSON.call(value));
  return copyEntries(Object.entries(value), inner);
}

const copyEntries = (entries: readonly (readonly [string, unknown])[], inner: (item: unknown) => unknown) =>
  Object.fromEntries(
    entries.map(([name, item]) => [
      name,
      isSecretName(name) && item !== undefined && item !== null ? REDACTED : inner(item),
    ]),
  );
