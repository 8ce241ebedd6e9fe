/** CASL by itself, with its half for React. */

import { createMongoAbility } from "@casl/ability";
import { AbilityProvider, Can } from "@casl/react";

export const start = () => [createMongoAbility, AbilityProvider, Can];
