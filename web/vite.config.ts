import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from './compressed.ts';
import { logos } from './logos/plugin.ts';

/** The pages of both roles as one application. The server of either role serves what this leaves in dist/web. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), logos(), compressed()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // A data: address would be one more thing that the content security policy has to allow.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    target: 'es2022',
    license: { fileName: 'assets/licenses.md' },
  },
});
