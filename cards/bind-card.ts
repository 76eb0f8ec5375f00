import type { Card } from "./card.ts";
import { TEXT } from "./text.zh-CN.ts";

export type BindView =
  /** Nobody we know yet. With a link the binding happens on a page, without one in the chat. */
  | { readonly state: "needed"; readonly bindUrl?: string }
  | {
      readonly state: "bound";
      readonly tenantName: string;
      readonly projectName: string;
      readonly personName?: string;
    };

/** Invites a stranger to bind, or welcomes who has just done so. */
export function bindCard(view: BindView): Card {
  switch (view.state) {
    case "needed":
      return {
        name: "bind",
        title: TEXT.bind.title,
        rows: [],
        paragraphs: [TEXT.bind.needed],
        buttons: [
          view.bindUrl === undefined
            ? { kind: "action", label: TEXT.bind.start, action: { type: "bind.start" }, style: "primary" }
            : { kind: "link", label: TEXT.bind.start, url: view.bindUrl, style: "primary" },
        ],
        ...(view.bindUrl === undefined ? {} : { link: view.bindUrl }),
      };
    case "bound":
      return {
        name: "bind",
        title: TEXT.bind.doneTitle,
        rows: [
          { label: TEXT.bind.tenant, value: view.tenantName },
          { label: TEXT.bind.project, value: view.projectName },
        ],
        paragraphs: [view.personName === undefined ? TEXT.bind.doneNoName : TEXT.bind.done(view.personName)],
        buttons: [{ kind: "action", label: TEXT.menu.bills, action: { type: "bill.list" }, style: "primary" }],
      };
    default:
      return view satisfies never;
  }
}
