import { Chat } from "./chat.ts";

/** A group of colleagues. */
export class Group {
  readonly conversationId: string;
  readonly title: string;
  readonly chat = new Chat();
  readonly memberIds: ReadonlySet<string>;
  hasRobot: boolean;

  constructor(conversationId: string, title: string, memberIds: readonly string[], hasRobot: boolean) {
    this.conversationId = conversationId;
    this.title = title;
    this.memberIds = new Set(memberIds);
    this.hasRobot = hasRobot;
  }
}
