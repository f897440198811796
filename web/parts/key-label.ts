const WORDS: Readonly<Record<string, string>> = {
  id: 'ID',
  uris: 'URIs',
  uri: 'URI',
  url: 'URL',
  api: 'API',
};

/** How a key of an app is called: `client_id` is "Client ID", `nextcloudTalkHost` "Nextcloud talk host". */
export function keyLabel(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .map(word => WORDS[word] ?? word);
  const text = words.join(' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
