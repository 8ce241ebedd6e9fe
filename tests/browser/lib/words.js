/** What tests type. */

/** Long and odd enough for the server's rules. */
export const PASSWORD = "violet harbour trumpet 47";
/** Another one. */
export const OTHER_PASSWORD = "quarry lantern mistral 92";
