type Keys = Readonly<Record<string, readonly [variable: string, value: unknown]>>;
type Values<K extends Keys> = { readonly [Name in keyof K]: Exclude<K[Name][1], undefined> };

/**
 * The configuration of one outside world: undefined (off) when none of its keys is set; a problem for each missing key
 * when some are, because a half-configured platform is a mistake and not a wish.
 */
export function group<K extends Keys, Rest extends object>(
  name: string,
  keys: K,
  rest: Rest,
  problems: string[],
): (Values<K> & Rest) | undefined {
  const entries = Object.entries(keys);
  const set = entries.filter(([, [, value]]) => value !== undefined);
  const [first] = set;
  if (first === undefined) return undefined;
  for (const [, [variable, value]] of entries) {
    if (value === undefined) {
      problems.push(`${variable}: is missing; ${name} is switched on by ${first[1][0]}, which needs it too`);
    }
  }
  if (set.length < entries.length) return undefined;
  return { ...(Object.fromEntries(entries.map(([field, [, value]]) => [field, value])) as Values<K>), ...rest };
}
