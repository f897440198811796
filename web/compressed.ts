import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const TEXT = /\.(js|css|svg|html|json|md)$/;
/** Below this a compressed answer is no shorter on the wire. */
const WORTH_BYTES = 1_000;

/** Writes `.br` and `.gz` beside each text of the build, so that the server never compresses. */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        const text = file.type === 'asset' ? file.source : file.code;
        // index.html is filled in by the server, so it has no fixed bytes.
        if (!TEXT.test(name) || name.endsWith('.html') || text.length < WORTH_BYTES) continue;
        const bytes = Buffer.from(text as string);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        this.emitFile({ type: 'asset', fileName: `${name}.br`, source: brotliCompressSync(bytes, quality) });
        this.emitFile({ type: 'asset', fileName: `${name}.gz`, source: gzipSync(bytes, { level: 9 }) });
      }
    },
  };
}
