export * from './body.ts';
export * from './direct.ts';
export * from './health.ts';
export * from './listen.ts';
export * from './methods.ts';
export * from './problem.ts';
export * from './validation.ts';
