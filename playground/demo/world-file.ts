import { fileURLToPath } from "node:url";

/** The park that the story is about. */
export const DEMO_WORLD = fileURLToPath(new URL("../../prisma/demo-world.json", import.meta.url));
