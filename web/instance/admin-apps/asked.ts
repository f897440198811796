/** The keys under which the pages keep what they asked of the server. */
export const APPS = ['/api/keyferry/v1/apps'];
export const COMPARISON = ['/api/keyferry/v1/app-comparison'];
