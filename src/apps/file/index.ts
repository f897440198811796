export { type AppsFile, AppsFileError, type AppsFileFault, readAppsFile } from './read-apps-file.ts';
export { appsFileSchema } from './schema.ts';
