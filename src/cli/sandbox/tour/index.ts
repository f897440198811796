export * from './create-tour.ts';
export { EXTERNAL_USER } from './story.ts';
