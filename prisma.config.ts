import { fileURLToPath } from "node:url";
import { defineConfig } from "prisma/config";

// `prisma generate` needs no engine any more, but its CLI insists on fetching one. Any existing file satisfies it,
// so that `npm ci` works with nothing but the package registry (docs/adr/0003).
if (process.argv.includes("generate")) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(import.meta.url);
}

export default defineConfig({ schema: "prisma/schema.prisma" });
