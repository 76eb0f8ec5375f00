import { plain } from "./flow.ts";

/** A name as people give it, with or without what they do: "王芳 会计". Undefined for anything that is no name. */
export function personNameIn(text: string): string | undefined {
  const name = plain(text)
    .replace(/^(我叫|我是|我的名字是|姓名[:：]?)/, "")
    .replace(/[。.!！]+$/, "")
    .trim();
  const { length } = [...name];
  return length >= 2 && length <= 20 && /^[\p{Letter}·.\s,，()（）-]+$/u.test(name) && !/[?？]|吗$|多少|怎么/.test(name)
    ? name
    : undefined;
}
