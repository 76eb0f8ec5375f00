import { describe, expect, it } from "vitest";
import { cdata, childElements, childText, parseXml, type XmlElement } from "../../../../src/platforms/crypto/xml.ts";

const root = (xml: string): XmlElement => {
  const parsed = parseXml(xml);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.root;
};

describe("reading", () => {
  it("keeps text as it is: blanks, leading zeros, long numbers, what looks like markup in CDATA", () => {
    const element = root("<xml><A> x </A><B>007</B><C>3486213214212333568</C><D><![CDATA[&lt;<b>]]></D><E/></xml>");
    expect(["A", "B", "C", "D", "E"].map((name) => childText(element, name))).toEqual([
      " x ",
      "007",
      "3486213214212333568",
      "&lt;<b>",
      "",
    ]);
  });

  it("decodes the five characters that XML escapes, once", () => {
    expect(childText(root("<xml><A>&lt;&gt;&quot;&apos;&amp;amp;</A></xml>"), "A")).toBe("<>\"'&amp;");
  });

  it("finds elements whether they occur never, once or often, as WeCom's SelectedItem does", () => {
    const items = (xml: string) => childElements(root(xml), "Item").map((item) => childText(item, "Id"));
    expect(items("<xml><Z/></xml>")).toEqual([]);
    expect(items("<xml><Item><Id>1</Id></Item></xml>")).toEqual(["1"]);
    expect(items("<xml><Item><Id>1</Id></Item><Item><Id>2</Id></Item></xml>")).toEqual(["1", "2"]);
  });

  it("does not find what only every object has", () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      expect(childText(root("<xml><Z/></xml>"), name)).toBeUndefined();
      expect(childElements(root("<xml><Z/></xml>"), name)).toEqual([]);
    }
  });

  it("has no text for an element that is repeated or holds others", () => {
    expect(childText(root("<xml><A>1</A><A>2</A></xml>"), "A")).toBeUndefined();
    expect(childText(root("<xml><A><B>1</B></A></xml>"), "A")).toBeUndefined();
  });
});

it("writing: what a CDATA section carries is read back as it was", () => {
  for (const text of ["]]>", "]]]]>>", "<![CDATA[x]]>", "账单 & <b>"]) {
    expect(childText(root(`<xml><A>${cdata(text)}</A></xml>`), "A")).toBe(text);
  }
});
