import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Encoding = 'identity' | 'br' | 'gzip';

/** A file of the built web application, in memory. */
export interface BuiltFile {
  readonly type: string;
  /** Its bytes, and what the build made of them for those who take it. */
  readonly variants: ReadonlyMap<Encoding, BuiltVariant>;
}

export interface BuiltVariant {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly etag: string;
}

export interface BuiltPages {
  readonly index: string;
  /** By path: `/assets/main-3f2a.js`. */
  readonly files: ReadonlyMap<string, BuiltFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

const PACKED: Readonly<Record<string, Encoding>> = { '.br': 'br', '.gz': 'gzip' };
const INDEX = '/index.html';

/**
 * Reads the whole built application into memory: what is not in it cannot be asked for.
 * @returns null when there is none
 */
export async function readBuilt(folder: URL): Promise<BuiltPages | null> {
  const root = fileURLToPath(folder);
  const found = new Map<string, Buffer<ArrayBuffer>>();
  try {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      found.set(`/${relative(root, file).split(sep).join('/')}`, await readFile(file));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const index = found.get(INDEX)?.toString('utf8');
  if (index === undefined) return null;
  const files = new Map<string, BuiltFile>();
  for (const [path, bytes] of found) {
    if (path.startsWith(INDEX) || isPacked(path, found)) continue;
    const type = TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
    files.set(path, { type, variants: variantsOf(path, bytes, found) });
  }
  return { index, files };
}

/** Whether it is the packed form of another file. */
function isPacked(path: string, found: ReadonlyMap<string, unknown>): boolean {
  const ending = extname(path);
  return ending in PACKED && found.has(path.slice(0, -ending.length));
}

function variantsOf(
  path: string,
  bytes: Buffer<ArrayBuffer>,
  found: ReadonlyMap<string, Buffer<ArrayBuffer>>,
): Map<Encoding, BuiltVariant> {
  const name = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const variants = new Map<Encoding, BuiltVariant>([['identity', { bytes, etag: `"${name}"` }]]);
  for (const [ending, encoding] of Object.entries(PACKED)) {
    const packed = found.get(path + ending);
    if (packed) variants.set(encoding, { bytes: packed, etag: `"${name}-${encoding}"` });
  }
  return variants;
}
