const OLDEST = { major: 20, minor: 19 };

/** A sentence when this Node is too old to run the program, else undefined. */
export function nodeVersionProblem(version: string = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  return `需要 Node.js ${OLDEST.major}.${OLDEST.minor} 或更高版本，当前是 ${version} / Node.js ${OLDEST.major}.${OLDEST.minor} or later is needed, this is ${version}`;
}
