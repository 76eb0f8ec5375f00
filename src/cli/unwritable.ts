import { type CommandResult, refused } from "./command.ts";

const UNWRITABLE = new Set(["ENOENT", "EACCES", "EISDIR", "ENOTDIR", "ENOSPC", "EROFS", "EPERM"]);

/** The refusal of a file that can't be written; throws on what is no problem of the file. */
export function refusedUnwritable(error: unknown, file: string): CommandResult {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !UNWRITABLE.has(code)) throw error;
  return refused({ code: "FILE_UNWRITABLE", message: `写不了文件 ${file}（${code}），请检查文件夹和权限。` });
}
