/** The highest id of a user: Cal.com's column is a 32-bit integer. */
export const MAX_ID = 2_147_483_647;
