import { XMLParser, XMLValidator } from "fast-xml-parser";

export type XmlValue = string | number | { readonly [name: string]: XmlValue };

/** `<xml>` as WeChat writes it: numbers bare, text in CDATA. */
export function buildXml(fields: Readonly<Record<string, XmlValue | undefined>>): string {
  return `<xml>${buildFields(fields)}</xml>`;
}

function buildFields(fields: Readonly<Record<string, XmlValue | undefined>>): string {
  return Object.entries(fields)
    .map(([name, value]) => (value === undefined ? "" : `<${name}>${buildValue(value)}</${name}>`))
    .join("");
}

function buildValue(value: XmlValue): string {
  if (typeof value === "number") return String(value);
  // "]]>" would end the section: it is split over two.
  if (typeof value === "string") return `<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
  return buildFields(value);
}

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false });

/** The fields below `<xml>`, all as strings; nested elements as objects or arrays. Undefined when it is not such XML. */
export function readXml(text: string): Record<string, unknown> | undefined {
  if (XMLValidator.validate(text) !== true) return undefined;
  const document: unknown = parser.parse(text);
  if (typeof document !== "object" || document === null) return undefined;
  const root: unknown = Reflect.get(document, "xml");
  return typeof root === "object" && root !== null && !Array.isArray(root)
    ? (root as Record<string, unknown>)
    : undefined;
}

/** A text field of an element, undefined when it is absent or has elements of its own. */
export function xmlText(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}
