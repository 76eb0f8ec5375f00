import { XMLParser } from "fast-xml-parser";
import { type Refusal, refuse } from "./refusal.ts";

/** An element's children by name: text, an element, or a list where the name occurs more than once. */
export interface XmlElement {
  readonly [name: string]: XmlValue;
}
type XmlValue = string | XmlElement | readonly XmlValue[];

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false, maxNestedTags: 8 });

/**
 * Reads a message whose root is `<xml>`. Nothing but elements, text and CDATA: a DTD, an entity declaration, a comment
 * or an instruction is refused before the parser sees it. Text stays text: no numbers are guessed, nothing is trimmed.
 */
export function parseXml(text: string): { readonly ok: true; readonly root: XmlElement } | Refusal {
  const markup = withoutCdata(text.replace(/^\s*<\?xml[^<>]*\?>/, ""));
  if (markup === undefined || /<[!?]/.test(markup)) {
    return refuse("BAD_XML", "the XML has a declaration, or a CDATA section without an end");
  }
  try {
    const parsed: unknown = parser.parse(text, true);
    const root = isElement(parsed) ? parsed.xml : undefined;
    return isElement(root) ? { ok: true, root } : refuse("BAD_XML", "the root is not one <xml> element");
  } catch {
    return refuse("BAD_XML", "the XML is not well formed");
  }
}

/** The text of the child of that name; undefined when it is absent, repeated or holds elements. */
export function childText(element: XmlElement, name: string): string | undefined {
  const value = Object.hasOwn(element, name) ? element[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** All child elements of that name, be there none, one or many. */
export function childElements(element: XmlElement, name: string): readonly XmlElement[] {
  const value = Object.hasOwn(element, name) ? element[name] : undefined;
  return (Array.isArray(value) ? value : [value]).filter(isElement);
}

/** Text as a CDATA section that no text can end early; characters that XML does not have are left out. */
export function cdata(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 forbids
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
  return `<![CDATA[${allowed.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}

/** What is left of a text without its CDATA sections; undefined when one has no end. Linear, for hostile bodies. */
function withoutCdata(text: string): string | undefined {
  let rest = "";
  let from = 0;
  for (;;) {
    const start = text.indexOf("<![CDATA[", from);
    if (start < 0) return rest + text.slice(from);
    const end = text.indexOf("]]>", start);
    if (end < 0) return undefined;
    rest += text.slice(from, start);
    from = end + 3;
  }
}

const isElement = (value: unknown): value is XmlElement =>
  typeof value === "object" && value !== null && !Array.isArray(value);
