export * from './create.ts';
export * from './parameters.ts';
export * from './replace.ts';
