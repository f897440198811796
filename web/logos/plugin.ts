import type { Plugin } from 'vite';
import { createCatalogue } from '../../src/apps/index.ts';
import { drawLogo } from './draw.ts';

const NAME = 'virtual:logos';

/** Gives the pages `virtual:logos`: for each app of the catalogue the address of its logo. */
export function logos(): Plugin {
  return {
    name: 'logos',
    apply: 'build',
    resolveId: id => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      const entries = [...createCatalogue().values()].map(app => {
        const file = this.emitFile({ type: 'asset', name: `${app.slug}.svg`, source: drawLogo(app) });
        return `${JSON.stringify(app.slug)}: import.meta.ROLLUP_FILE_URL_${file}`;
      });
      return `export default {${entries.join(',\n')}};`;
    },
  };
}
