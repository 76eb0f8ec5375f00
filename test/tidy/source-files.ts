import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDERS = ["src", "bot", "cards", "jobs", "prisma", "playground", "bench", "test"];

export interface SourceFile {
  /** From the root, with "/". */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file of ours; generated code and configuration files at the root are not. */
export function sourceFiles(): SourceFile[] {
  return FOLDERS.flatMap((folder) => walk(folder)).map((path) => ({
    path,
    text: readFileSync(join(ROOT, path), "utf8"),
  }));
}

function walk(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : walk(path);
      return entry.name.endsWith(".ts") ? [path] : [];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** What a file imports: static, dynamic, re-exported; relative ones resolved to a path from the root. */
export function importsOf(file: SourceFile): { readonly own: string[]; readonly packages: string[] } {
  const specifiers = [
    ...file.text.matchAll(/^\s*(?:import|export)\b[^"';]*?from\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/gm),
  ]
    .map(([, from, bare]) => from ?? bare)
    .filter((specifier) => specifier !== undefined);
  return {
    own: specifiers
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => posix.join(posix.dirname(file.path), specifier)),
    packages: specifiers.filter((specifier) => !specifier.startsWith(".")).map(packageName),
  };
}

const packageName = (specifier: string): string =>
  specifier.startsWith("node:") ? specifier : specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
