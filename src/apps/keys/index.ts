export * from './describe-keys.ts';
export * from './fingerprints.ts';
export * from './judge-keys.ts';
