/** So many characters in a row of a secret tell of it: what a parser shows of a text that it cannot read. */
const TELLING = 10;
/** Of a ciphertext: long rows of hex digits meet times and ids by chance. */
const TELLING_OF_LONG = 20;
const LONG = 200;

/**
 * Finds secrets in a text: whole or in part, as they are, JSON-escaped (once and twice), URL-encoded, in
 * hex, and in base64 wherever in a longer text they stood.
 * @param secrets by the names to report them by
 * @returns the name of each that is there, with the part that told
 */
export function secretsIn(text: string, secrets: ReadonlyMap<string, Iterable<string>>): string[] {
  const short = new Set(windows(text, TELLING));
  const long = new Set(windows(text, TELLING_OF_LONG));
  const found: string[] = [];
  for (const [name, values] of secrets) {
    for (const value of values) {
      if (value.length < TELLING) throw new Error(`A secret is too short to look for: ${name}.`);
      const [telling, parts] = value.length > LONG ? [TELLING_OF_LONG, long] : [TELLING, short];
      const told = forms(value).flatMap(form => windows(form, telling));
      const part = told.find(one => parts.has(one));
      if (part !== undefined) found.push(`${name}: ${part}`);
    }
  }
  return found;
}

function windows(text: string, size: number): string[] {
  return Array.from({ length: Math.max(0, text.length - size + 1) }, (_, at) => text.slice(at, at + size));
}

/** The ways in which a secret may stand in a text. */
export function forms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].flatMap(shift => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    // The first and the last characters depend on the neighbours too.
    const inner = (text: string) => text.replace(/=+$/, '').slice(Math.ceil((shift * 8) / 6), -1);
    return [inner(shifted.toString('base64')), inner(shifted.toString('base64url'))];
  });
  return [
    ...new Set([
      secret,
      escaped,
      JSON.stringify(escaped).slice(1, -1),
      encodeURIComponent(secret),
      new URLSearchParams({ '': secret }).toString().slice(1),
      bytes.toString('hex'),
      ...base64,
    ]),
  ];
}
