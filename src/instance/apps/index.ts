export * from './ask-fingerprints.ts';
export * from './change-app.ts';
export * from './connect-link.ts';
export * from './list-apps.ts';
export * from './own-fingerprints.ts';
export * from './view-app.ts';
