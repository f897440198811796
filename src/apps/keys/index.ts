export * from './describe-keys.ts';
export * from './fingerprints.ts';
export * from './judge-keys.ts';
export * from './merge-keys.ts';
export * from './refuse-faulty.ts';
export * from './view-keys.ts';
