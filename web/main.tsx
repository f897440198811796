import './base.css';
import { type ComponentType, type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { roleOf, styleNonce } from './lib/page.ts';

type Pages = Promise<{ default: ComponentType }>;

/**
 * What the server filled in says whose pages these are; the other role's are never loaded. The connect page
 * stands alone: the host's users need not load what operators work with.
 */
const ROLES: Readonly<Record<ReturnType<typeof roleOf>, () => Promise<ReactNode>>> = {
  instance: () => framed(import('./instance/index.tsx')),
  platform: () => framed(import('./platform/index.tsx')),
  async connect() {
    const { default: Connect } = await import('./connect/index.tsx');
    return <Connect />;
  },
};

async function framed(pages: Pages): Promise<ReactNode> {
  const [{ Frame }, { default: Pages }] = await Promise.all([import('./shell/frame.tsx'), pages]);
  return (
    <Frame>
      <Pages />
    </Frame>
  );
}

// The library below the dialogs makes a style sheet of its own, and looks here for what the policy asks of it.
Object.assign(globalThis, { __webpack_nonce__: styleNonce(document) });

const root = document.getElementById('root');
if (root === null) throw new Error('index.html lacks #root');
const pages = await ROLES[roleOf(document, location.pathname)]();
createRoot(root).render(<StrictMode>{pages}</StrictMode>);
