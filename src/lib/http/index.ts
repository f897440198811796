export * from './body.ts';
export * from './listen.ts';
export * from './problem.ts';
