/** The key under which the pages keep the apps that they asked for. */
export const APPS = ['/api/keyferry/v1/apps'];
