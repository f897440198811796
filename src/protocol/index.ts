export * from './aes.ts';
export * from './credential.ts';
export * from './errors.ts';
export * from './key-fingerprint.ts';
export * from './push.ts';
export * from './secret.ts';
export * from './sync.ts';
export * from './variables.ts';
