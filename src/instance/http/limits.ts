/** The longest body that the API reads, in bytes. */
export const API_BYTES = 64 * 1024;
