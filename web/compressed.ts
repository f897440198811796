import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const TEXT = /\.(js|css|svg|json|md)$/;
/** Below this a compressed answer is no shorter on the wire. */
const WORTH_BYTES = 1_000;
const BEST = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/**
 * Writes `.br` and `.gz` beside each text of the build, so that the server never compresses. Once all is written:
 * Vite fills places in after the last hook that sees the bundle. index.html is left out: the server fills it in.
 */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle).filter(one => TEXT.test(one))) {
        const file = join(dir, name);
        const bytes = readFileSync(file);
        if (bytes.length < WORTH_BYTES) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, BEST));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
