import { spawnSync } from "node:child_process";

/*
 * `npm run conversations`: plays all conversations and writes docs/conversations.md from what was said. One file at a
 * time, because they all write into the one document.
 */
const played = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "test/conversation", "--no-file-parallelism"],
  { env: { ...process.env, CONVERSATIONS: "write" }, stdio: "inherit" },
);
process.exitCode = played.status ?? 1;
