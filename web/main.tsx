import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { roleOf } from './lib/page.ts';
import { Frame } from './shell/frame.tsx';

/** What the server filled in says whose pages these are; the other role's are never loaded. */
const ROLES = {
  instance: () => import('./instance/index.tsx'),
  platform: () => import('./platform/index.tsx'),
  connect: () => import('./connect/index.tsx'),
} as const;

const root = document.getElementById('root');
if (root === null) throw new Error('index.html lacks #root');
const { default: Pages } = await ROLES[roleOf(document, location.pathname)]();
createRoot(root).render(
  <StrictMode>
    <Frame>
      <Pages />
    </Frame>
  </StrictMode>,
);
