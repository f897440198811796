export * from './callback-members.ts';
export * from './client.ts';
export * from './exchange-code.ts';
export * from './fill-endpoint.ts';
export * from './judge-tokens.ts';
export * from './redirect-uri.ts';
export * from './refresh-tokens.ts';
export * from './revoke-grant.ts';
