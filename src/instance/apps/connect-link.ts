/** What a template for links to the platform's connect page may name. */
const PLACES = ['app', 'userId'] as const;

/**
 * Checks a template such as `https://product.example/apps?app={app}&user={userId}`.
 * @throws Error that says what is wrong
 */
export function readConnectTemplate(text: string): string {
  const unknown = [...text.matchAll(/\{([^}]*)\}/g)].find(([, name]) => !PLACES.some(one => one === name));
  if (unknown) throw new Error(`has ${unknown[0]}, which stands for nothing`);
  const sample = connectLink(text, { app: 'a', userId: 1 });
  if (!URL.canParse(sample)) throw new Error('is not an http or https address');
  const { protocol, username, password } = new URL(sample);
  if (!/^https?:$/.test(protocol)) throw new Error('is not an http or https address');
  if (username || password) throw new Error('holds a user name or a password');
  // A host that follows from a slug would send people wherever a slug says.
  if (!/^https?:\/\/[^/?#{}]+([/?#]|$)/.test(text)) throw new Error('has a placeholder in its host');
  return text;
}

/** Where a user connects an app: the template, filled in. */
export function connectLink(
  template: string,
  { app, userId }: { readonly app: string; readonly userId: number },
): string {
  return template.replaceAll('{app}', encodeURIComponent(app)).replaceAll('{userId}', String(userId));
}
