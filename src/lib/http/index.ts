export * from './body.ts';
export * from './cursor.ts';
export * from './health.ts';
export * from './listen.ts';
export * from './methods.ts';
export * from './problem.ts';
export * from './settings.ts';
export * from './validation.ts';
