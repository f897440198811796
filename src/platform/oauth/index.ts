export * from './client.ts';
export * from './exchange-code.ts';
export * from './judge-tokens.ts';
export * from './refresh-tokens.ts';
export * from './revoke-grant.ts';
