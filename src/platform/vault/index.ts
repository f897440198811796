export * from './app-keys.ts';
export * from './disconnect.ts';
export * from './find-app.ts';
export * from './grant.ts';
export * from './place-user.ts';
export * from './push-everywhere.ts';
export * from './store-grant.ts';
